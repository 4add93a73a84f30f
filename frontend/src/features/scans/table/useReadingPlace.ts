import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Scan } from "@/api/client";

/** How far from its old place a row is looked for after the list has changed. */
const FARTHEST_SHIFT = 5000;

interface Reading {
  /** How many scans have come above what was newest when the reader was last at the top. */
  unseen: number;
  toTop: () => void;
}

/**
 * Keeps in sight what is being read while rows come in above it, and counts those. At the top the rows simply move down.
 *
 * @param listKey changes when it is another list: then one reads from the top.
 */
export function useReadingPlace(
  scroller: RefObject<HTMLDivElement | null>,
  rows: readonly Scan[],
  rowHeight: number,
  listKey: string,
): Reading {
  const anchor = useRef<{ pid: string; index: number; within: number }>(undefined);
  const newestSeen = useRef<string>(undefined);
  const [atTop, setAtTop] = useState(true);
  const current = useRef(rows);
  current.current = rows;

  const look = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const index = Math.floor(element.scrollTop / rowHeight);
    const pid = current.current[index]?.pid;
    anchor.current =
      pid === undefined ? undefined : { pid, index, within: element.scrollTop - index * rowHeight };
    setAtTop(element.scrollTop < rowHeight / 2);
  }, [scroller, rowHeight]);

  useEffect(() => {
    const element = scroller.current;
    element?.addEventListener("scroll", look, { passive: true });
    return () => element?.removeEventListener("scroll", look);
  }, [scroller, look]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: to be done when it is another list, and only then.
  useLayoutEffect(() => {
    anchor.current = undefined;
    scroller.current?.scrollTo({ top: 0 });
    setAtTop(true);
  }, [listKey]);

  useLayoutEffect(() => {
    const element = scroller.current;
    const place = anchor.current;
    if (!element || !place || element.scrollTop < rowHeight / 2) return;
    const index = indexNear(rows, place.pid, place.index);
    if (index === undefined || index === place.index) return;
    element.scrollTop = index * rowHeight + place.within;
    anchor.current = { ...place, index };
  }, [rows, scroller, rowHeight]);

  if (atTop) newestSeen.current = rows[0]?.pid;
  const unseen =
    atTop || newestSeen.current === undefined ? 0 : (indexNear(rows, newestSeen.current, 0) ?? 0);
  const toTop = useCallback(() => scroller.current?.scrollTo({ top: 0, behavior: "smooth" }), [scroller]);
  return { unseen, toTop };
}

/** Returns where a scan stands, looking from its old place outwards. */
export function indexNear(rows: readonly Scan[], pid: string, from: number): number | undefined {
  for (let distance = 0; distance <= FARTHEST_SHIFT; distance += 1) {
    if (rows[from + distance]?.pid === pid) return from + distance;
    if (distance > 0 && rows[from - distance]?.pid === pid) return from - distance;
  }
  return undefined;
}
