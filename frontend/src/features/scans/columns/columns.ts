/** Columns every scan has, in their usual order; widths in pixels. */
export const STANDARD_COLUMNS = {
  start: { title: "Start", width: 154 },
  number: { title: "Scan", width: 60 },
  name: { title: "Command", width: 194 },
  proposal: { title: "Proposal", width: 86 },
  beamline: { title: "Beamline", width: 80 },
  state: { title: "State", width: 106 },
  duration: { title: "Duration", width: 80 },
  points: { title: "Points", width: 98 },
  comment: { title: "Comment", width: 176 },
  rating: { title: "Rating", width: 98 },
  files: { title: "Files", width: 98 },
} as const;

export type StandardColumn = keyof typeof STANDARD_COLUMNS;

/** A standard column's name, or `m.` and the key of a metadata parameter. */
export type ColumnId = StandardColumn | `m.${string}`;

export const DEFAULT_COLUMNS = Object.keys(STANDARD_COLUMNS) as readonly StandardColumn[];
export const NARROWEST = 56;
export const WIDEST = 900;
const METADATA_WIDTH = 160;
const METADATA_PREFIX = "m.";
/** More than fits on any screen, and fewer than a service refuses. */
const MOST_COLUMNS = 100;
const LONGEST_KEYS = 15_000;

export function isStandard(id: string): id is StandardColumn {
  return Object.hasOwn(STANDARD_COLUMNS, id);
}

/** Whether it is the column of what can be a metadata key: some text, with no control character and no half of one. */
function isMetadataColumn(id: string): id is `m.${string}` {
  const key = id.startsWith(METADATA_PREFIX) ? id.slice(METADATA_PREFIX.length) : "";
  return key !== "" && !key.startsWith(".") && !/[\p{Cc}\p{Cs}]/u.test(key);
}

export function metadataColumn(key: string): ColumnId {
  return `${METADATA_PREFIX}${key}` as ColumnId;
}

/** Returns the metadata key a column shows, `undefined` for a standard column. */
export function metadataKey(id: ColumnId): string | undefined {
  return isStandard(id) ? undefined : id.slice(METADATA_PREFIX.length);
}

/** Returns the metadata keys that the columns need, in an order that does not depend on theirs. */
export function metadataKeys(columns: readonly ColumnId[]): string[] {
  return columns.flatMap((id) => metadataKey(id) ?? []).sort();
}

export function widthOf(id: ColumnId, widths: Readonly<Record<string, number>>): number {
  return widths[id] ?? (isStandard(id) ? STANDARD_COLUMNS[id].width : METADATA_WIDTH);
}

/** Writes columns for the address. A comma within a key is escaped once more, so it does not part columns. */
export function formatColumns(columns: readonly ColumnId[]): string {
  return columns.map((id) => id.replace(/%/g, "%25").replace(/,/g, "%2C")).join(",");
}

/** Reads columns from an address or from what was kept; `undefined` where there is no column in it. */
export function parseColumns(text: string | undefined): ColumnId[] | undefined {
  if (!text) return undefined;
  const found = new Set<ColumnId>();
  let length = 0;
  for (const part of text.split(",")) {
    const id = part.replace(/%2C/gi, ",").replace(/%25/g, "%");
    const isMetadata = isMetadataColumn(id);
    if (!isMetadata && !isStandard(id)) continue;
    if (isMetadata) length += encodeURIComponent(id).length;
    if (found.size >= MOST_COLUMNS || length > LONGEST_KEYS) break;
    found.add(id);
  }
  return found.size > 0 ? [...found] : undefined;
}

/** What is shown: the address wins over what the person kept, that over the usual columns. */
export function resolveColumns(address: string | undefined, kept: string | undefined): readonly ColumnId[] {
  return parseColumns(address) ?? parseColumns(kept) ?? DEFAULT_COLUMNS;
}

export function isDefault(columns: readonly ColumnId[]): boolean {
  return formatColumns(columns) === formatColumns(DEFAULT_COLUMNS);
}

/** Adds a column: a standard one where it usually stands, a parameter before comment and rating, where it is seen. */
export function addColumn(columns: readonly ColumnId[], id: ColumnId): ColumnId[] {
  if (columns.includes(id)) return [...columns];
  const usual = DEFAULT_COLUMNS as readonly ColumnId[];
  const followers = isStandard(id)
    ? usual.slice(usual.indexOf(id) + 1)
    : (["comment", "rating", "files"] as const);
  const place = columns.findIndex((column) => (followers as readonly ColumnId[]).includes(column));
  return place < 0 ? [...columns, id] : columns.toSpliced(place, 0, id);
}

/** Takes a column away. The last one stays: a table without columns could not be mended from the table. */
export function removeColumn(columns: readonly ColumnId[], id: ColumnId): ColumnId[] {
  const rest = columns.filter((column) => column !== id);
  return rest.length > 0 ? rest : [...columns];
}

/** Moves a column to where another one stands. */
export function moveColumn(columns: readonly ColumnId[], id: ColumnId, target: ColumnId): ColumnId[] {
  const from = columns.indexOf(id);
  const to = columns.indexOf(target);
  if (from < 0 || to < 0) return [...columns];
  return columns.toSpliced(from, 1).toSpliced(to, 0, id);
}
