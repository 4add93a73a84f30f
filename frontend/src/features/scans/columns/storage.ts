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

/**
 * Keeps what was changed beside what other tabs kept meanwhile: the order of the columns, or the widths that differ.
 *
 * @returns what is kept now.
 */
export function changeColumns(username: string, before: KeptColumns, next: KeptColumns): KeptColumns {
  const elsewhere = readColumns(username);
  const columns = next.columns === before.columns ? elsewhere.columns : next.columns;
  const widths = { ...elsewhere.widths };
  for (const name of new Set([...Object.keys(before.widths), ...Object.keys(next.widths)])) {
    const width = next.widths[name];
    if (width === before.widths[name]) continue;
    if (width === undefined) delete widths[name];
    else widths[name] = width;
  }
  const kept = { ...(columns && { columns }), widths };
  try {
    localStorage.setItem(keyOf(username), JSON.stringify(kept));
    return kept;
  } catch {
    // Storage that is full or forbidden: the address still holds the columns, and this page the widths.
    return next;
  }
}

/** Calls back when another tab has kept something else, until the returned function is called. */
export function followColumns(username: string, onChange: () => void): () => void {
  const onStorage = ({ key }: StorageEvent) => {
    if (key === keyOf(username)) onChange();
  };
  window.addEventListener("storage", onStorage);
  return () => window.removeEventListener("storage", onStorage);
}

function keyOf(username: string): string {
  return `beamlore.scan-log.${username}`;
}
