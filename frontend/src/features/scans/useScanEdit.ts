import { notifications } from "@mantine/notifications";
import { useMutation, useMutationState, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Scan, ScanPatch } from "@/api/client";
import { describeError, unwrap } from "@/api/problem";
import { useServices } from "@/app/services";
import { takeIn } from "./useLiveScans";

const EDIT_KEY = ["scans", "edit"];

export interface ScanEdit {
  pid: string;
  patch: ScanPatch;
}

/**
 * Changes a scan's comment or rating. Until the service has answered, `usePendingEdits` shows the change; a change that
 * is refused disappears with it, and a message says why.
 */
export function useScanEdit() {
  const { api } = useServices();
  const queryClient = useQueryClient();
  return useMutation({
    mutationKey: EDIT_KEY,
    scope: { id: "scan-edit" },
    mutationFn: ({ pid, patch }: ScanEdit) =>
      unwrap(api.PATCH("/api/beamlore/v1/scans/{pid}", { params: { path: { pid } }, body: patch })),
    onSuccess: (scan) => takeIn(queryClient, [scan]),
    onError: (error, { patch }) => {
      const { title, detail } = describeError(error);
      notifications.show({
        color: "red",
        title: `The ${"rating" in patch ? "rating" : "comment"} was not saved`,
        message: `${title}. ${detail}`,
        autoClose: 12_000,
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
    for (const { pid, patch } of edits) patches.set(pid, { ...patches.get(pid), ...patch });
    return patches;
  }, [edits]);
}

/** Returns the scan as it will be once the change is saved. */
export function withPatch(scan: Scan, patch: ScanPatch | undefined): Scan {
  return patch ? { ...scan, ...patch } : scan;
}
