import { momentField, searchReader, textField } from "@/app/search";
import { formatColumns, parseColumns } from "./columns/columns";
import { DEFAULT_PERIOD, isPeriod, type Period } from "./filters/period";

/** What the address of the scan log says. */
export interface ScanSearch {
  /** A span of time up to now; absent: the last 24 hours, or what `from` and `to` say. */
  period?: Period | undefined;
  /** Own span of time, ISO 8601; either end may be open. */
  from?: string | undefined;
  to?: string | undefined;
  /** Id of a proposal. */
  proposal?: string | undefined;
  /** Columns in their order, as `columns.ts` writes them. */
  columns?: string | undefined;
  /** PID of the scan whose details are open. */
  scan?: string | undefined;
}

const LONGEST_PROPOSAL = 256;
const LONGEST_PID = 1024;

const read = searchReader<ScanSearch>({
  period: (text) => (isPeriod(text) ? text : undefined),
  from: momentField,
  to: momentField,
  proposal: textField(LONGEST_PROPOSAL),
  columns: (text) => {
    const columns = parseColumns(text);
    return columns && formatColumns(columns);
  },
  scan: textField(LONGEST_PID),
});

/** Takes from an address what is of use; the rest is dropped, so that an old or mistyped link still opens. */
export function validateScanSearch(raw: Record<string, unknown>): ScanSearch {
  const search = read(raw);
  const isUsual = search.period === DEFAULT_PERIOD;
  return { ...search, period: isUsual || search.from || search.to ? undefined : search.period };
}
