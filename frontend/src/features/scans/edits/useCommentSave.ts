import { useContext } from "react";
import type { Scan } from "@/api/client";
import { DraftsContext } from "./drafts";
import { ConflictError } from "./save";
import { useScanEdit } from "./useScanEdit";

/** Saves what was written about a scan; until that is done, and where it fails, the text stays kept. */
export function useCommentSave(): (scan: Scan, text: string, base: string) => Promise<void> {
  const drafts = useContext(DraftsContext);
  const { mutateAsync } = useScanEdit();
  return async (scan, text, base) => {
    drafts.startSaving(scan.pid);
    try {
      await mutateAsync({ scan, field: "comment", value: text || null, base });
      drafts.delete(scan.pid);
    } catch (error) {
      // Why, the person is told by the change itself. Where they are asked to choose, the text waits for that.
      if (!(error instanceof ConflictError)) drafts.failedSaving(scan.pid);
    }
  };
}
