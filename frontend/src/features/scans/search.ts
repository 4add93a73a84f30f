import { DEFAULT_PERIOD, isPeriod, type Period } from "./filters/period";

/** What the address of the scan log says. */
export interface ScanSearch {
  /** A span of time up to now; absent: the last 24 hours, or what `from` and `to` say. */
  period?: Period;
  /** Own span of time, ISO 8601; either end may be open. */
  from?: string;
  to?: string;
  /** Id of a proposal. */
  proposal?: string;
  /** Columns in their order, as `columns.ts` writes them. */
  columns?: string;
  /** PID of the scan whose details are open. */
  scan?: string;
}

/** Takes from an address what is of use; the rest is dropped, so that an old link still opens. */
export function validateScanSearch(raw: Record<string, unknown>): ScanSearch {
  const search: ScanSearch = {};
  const from = isoOf(raw.from);
  const to = isoOf(raw.to);
  if (from) search.from = from;
  if (to) search.to = to;
  if (!from && !to && isPeriod(raw.period) && raw.period !== DEFAULT_PERIOD) search.period = raw.period;
  for (const name of ["proposal", "columns", "scan"] as const) {
    const value = raw[name];
    if (typeof value === "string" && value) search[name] = value;
  }
  return search;
}

function isoOf(value: unknown): string | undefined {
  if (typeof value !== "string" || Number.isNaN(Date.parse(value))) return undefined;
  return value;
}
