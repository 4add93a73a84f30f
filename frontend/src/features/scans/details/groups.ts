import type { ScanMetadata } from "@/api/client";

export interface MetadataGroup {
  title: string;
  entries: [key: string, entry: ScanMetadata][];
}

const UNGROUPED = "Other";

/** Returns metadata under its headings, entries by name; only those whose name, key, source or group holds the text. */
export function groupMetadata(metadata: Record<string, ScanMetadata>, search: string): MetadataGroup[] {
  const words = search.trim().toLowerCase();
  const groups = new Map<string, MetadataGroup["entries"]>();
  for (const [key, entry] of Object.entries(metadata)) {
    const texts = [key, entry.name, entry.source, entry.group];
    if (words && !texts.some((text) => text?.toLowerCase().includes(words))) continue;
    const title = entry.group || UNGROUPED;
    groups.set(title, [...(groups.get(title) ?? []), [key, entry]]);
  }
  return [...groups]
    .map(([title, entries]) => ({
      title,
      entries: entries.sort(([a, first], [b, second]) => (first.name || a).localeCompare(second.name || b)),
    }))
    .sort(
      (a, b) =>
        Number(a.title === UNGROUPED) - Number(b.title === UNGROUPED) || a.title.localeCompare(b.title),
    );
}
