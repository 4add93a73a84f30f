import { useCallback, useRef } from "react";
import type { Scan } from "@/api/client";

/** How long a scan that has just come is marked. */
const FRESH_MS = 2500;
/** New scans are at the top, or, if late, not far from it. */
const LOOKED_AT = 100;

/**
 * Returns a function that tells whether a scan came while the list was on the screen, a moment ago.
 *
 * @param isOtherList the rows are still those of another list, and what comes next is not news.
 */
export function useFreshScans(rows: readonly Scan[], isOtherList: boolean): (pid: string) => boolean {
  const seen = useRef<Set<string>>(undefined);
  const came = useRef(new Map<string, number>());
  if (isOtherList) seen.current = undefined;
  else {
    const newest = rows.slice(0, LOOKED_AT);
    const known = seen.current;
    if (known) {
      const now = performance.now();
      const oldest = newest.findLastIndex(({ pid }) => known.has(pid));
      for (const { pid } of newest.slice(0, Math.max(0, oldest)))
        if (!known.has(pid)) came.current.set(pid, now);
    }
    seen.current = new Set(newest.map(({ pid }) => pid));
  }
  return useCallback(
    (pid) => performance.now() - (came.current.get(pid) ?? Number.NEGATIVE_INFINITY) < FRESH_MS,
    [],
  );
}
