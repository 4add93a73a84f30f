import type { Api, Scan } from "@/api/client";
import { ApiError, unwrap } from "@/api/problem";

/** What people change of a scan. */
export type Field = "comment" | "rating";

/** A change of one field of a scan. */
export interface ScanEdit<Name extends Field = Field> {
  /** The scan as it is on the screen. */
  scan: Scan;
  field: Name;
  /** The new value; null takes it away. */
  value: NonNullable<Scan[Name]> | null;
  /** The value that the person saw when they began to change it. */
  base: Scan[Name];
}

/** Somebody else changed the same meanwhile: a person has to choose. */
export class ConflictError extends Error {
  readonly edit: ScanEdit;
  /** The scan as it is now. */
  readonly current: Scan;

  constructor(edit: ScanEdit, current: Scan) {
    super("Somebody else changed this meanwhile.");
    this.name = "ConflictError";
    this.edit = edit;
    this.current = current;
  }
}

/** A running scan changes several times a second; each time the change is tried anew. */
const MOST_ATTEMPTS = 20;

/**
 * Saves a change unless somebody else changed the same field since the person began; what else changed of the scan
 * is no reason against it.
 *
 * @returns the scan as it is now.
 * @throws ConflictError where the field is not as the person saw it.
 */
export async function saveEdit(api: Api, edit: ScanEdit): Promise<Scan> {
  const { field, value, base } = edit;
  let current = edit.scan;
  for (let attempt = 1; ; attempt += 1) {
    if (attempt > 1 && isSame(current[field], value)) return current;
    if (!isSame(current[field], base)) throw new ConflictError(edit, current);
    try {
      const params = { path: { pid: current.pid }, header: { "if-match": `"${current.version}"` } };
      return await unwrap(api.PATCH("/api/beamlore/v1/scans/{pid}", { params, body: { [field]: value } }));
    } catch (error) {
      const newer = newerScan(error);
      if (!newer || attempt >= MOST_ATTEMPTS) throw error;
      current = newer;
    }
  }
}

/** Both texts in one: where both only went on writing, what each added; else one after the other. */
export function mergeTexts(base: string, theirs: string, mine: string): string {
  if (!theirs || !mine) return theirs || mine;
  if (theirs.includes(mine)) return theirs;
  if (mine.includes(theirs)) return mine;
  if (base && theirs.startsWith(base) && mine.startsWith(base)) return theirs + mine.slice(base.length);
  return `${theirs} / ${mine}`;
}

function isSame(a: unknown, b: unknown): boolean {
  return (a || null) === (b || null);
}

function newerScan(error: unknown): Scan | undefined {
  if (!(error instanceof ApiError) || error.status !== 412) return undefined;
  return (error.body as { current?: Scan } | undefined)?.current;
}
