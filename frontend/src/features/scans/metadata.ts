import type { ScanMetadata } from "@/api/client";

/** Returns what a scan has under a metadata key: nothing for `constructor` unless it was recorded. */
export function entryOf(
  metadata: Readonly<Record<string, ScanMetadata>>,
  key: string,
): ScanMetadata | undefined {
  return Object.hasOwn(metadata, key) ? metadata[key] : undefined;
}
