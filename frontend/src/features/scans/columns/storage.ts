/** What a person's browser keeps of the scan log. */
export interface KeptColumns {
  columns?: string;
  widths: Record<string, number>;
}

export function readColumns(username: string): KeptColumns {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(username)) ?? "{}");
    if (typeof kept !== "object" || kept === null) return { widths: {} };
    const { columns, widths } = kept as { columns?: unknown; widths?: unknown };
    return {
      ...(typeof columns === "string" && { columns }),
      widths: Object.fromEntries(
        Object.entries(widths ?? {}).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
      ),
    };
  } catch {
    // Storage that is broken or forbidden is as good as empty: the usual columns show.
    return { widths: {} };
  }
}

export function writeColumns(username: string, kept: KeptColumns): void {
  try {
    localStorage.setItem(keyOf(username), JSON.stringify(kept));
  } catch {
    // Storage that is full or forbidden: the address still holds the columns.
  }
}

function keyOf(username: string): string {
  return `beamlore.scan-log.${username}`;
}
