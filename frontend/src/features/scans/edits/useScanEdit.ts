import { notifications } from "@mantine/notifications";
import { useMutation, useMutationState, useQueryClient } from "@tanstack/react-query";
import { useContext, useMemo } from "react";
import type { Scan, ScanPatch } from "@/api/client";
import { describeError } from "@/api/problem";
import { useServices } from "@/app/services";
import { takeIn } from "../useLiveScans";
import { ConflictsContext } from "./conflicts";
import { ConflictError, type ScanEdit, saveEdit } from "./save";

const EDIT_KEY = ["scans", "edit"];
const SHOWN_MS = 12_000;

/**
 * Changes a scan's comment or rating. Until the service has answered, `usePendingEdits` shows the change; a change that
 * is refused disappears with it, and a message says why. Where somebody else changed the same, the person is asked.
 */
export function useScanEdit() {
  const { api } = useServices();
  const queryClient = useQueryClient();
  const conflicts = useContext(ConflictsContext);
  return useMutation({
    mutationKey: EDIT_KEY,
    scope: { id: "scan-edit" },
    mutationFn: (edit: ScanEdit) => saveEdit(api, edit),
    onSuccess: (scan) => takeIn(queryClient, [scan]),
    onError: (error, { field }) => {
      if (error instanceof ConflictError) {
        takeIn(queryClient, [error.current]);
        conflicts.ask(error);
        return;
      }
      const { title, detail } = describeError(error);
      notifications.show({
        color: "red",
        title: `The ${field} was not saved`,
        message: `${title}. ${detail}${field === "comment" ? " Your text is kept in its row." : ""}`,
        autoClose: SHOWN_MS,
      });
    },
  });
}

/** Changes that are under way, by PID. */
export function usePendingEdits(): ReadonlyMap<string, ScanPatch> {
  const edits = useMutationState({
    filters: { mutationKey: EDIT_KEY, status: "pending" },
    select: (mutation) => mutation.state.variables as ScanEdit,
  });
  return useMemo(() => {
    const patches = new Map<string, ScanPatch>();
    for (const { scan, field, value } of edits) {
      patches.set(scan.pid, { ...patches.get(scan.pid), [field]: value });
    }
    return patches;
  }, [edits]);
}

/** Returns the scan as it will be once the change is saved. */
export function withPatch(scan: Scan, patch: ScanPatch | undefined): Scan {
  return patch ? { ...scan, ...patch } : scan;
}
