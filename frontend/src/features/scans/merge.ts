import type { InfiniteData } from "@tanstack/react-query";
import type { Scan, ScanPage } from "@/api/client";

/** A page with the bounds it was asked for, so that the pages after it ask for the same. */
export type LoadedPage = ScanPage & { from?: string | undefined; to?: string | undefined };
export interface PageParam {
  cursor: string;
  from?: string | undefined;
  to?: string | undefined;
}
export type ScanPages = InfiniteData<LoadedPage, PageParam | undefined>;

/**
 * Returns the pages with what was heard of scans put in: a newer version takes the place of an older one, a scan that is
 * not there yet takes its place in the order (newest start first). Pages that do not change stay the same objects, so
 * only what changed is drawn anew; nothing new returns the very same data.
 *
 * @param accepts whether a scan belongs to what the pages show.
 */
export function mergeScans(
  data: ScanPages,
  heard: Iterable<Scan>,
  accepts: (scan: Scan) => boolean,
): ScanPages {
  const pages = [...data.pages];
  let changed = false;
  for (const scan of heard) {
    const next = replaced(pages, scan) ?? inserted(pages, scan, accepts);
    if (!next || next === "known") continue;
    pages[next.index] = next.page;
    changed = true;
  }
  return changed ? { ...data, pages } : data;
}

/** Returns the pages without some scans; pages that had none of them stay the same objects. */
export function withoutScans(data: ScanPages, removed: Iterable<string>): ScanPages {
  const gone = new Set(removed);
  if (gone.size === 0) return data;
  const pages = data.pages.map((page) =>
    page.items.some(({ pid }) => gone.has(pid))
      ? { ...page, items: page.items.filter(({ pid }) => !gone.has(pid)) }
      : page,
  );
  return pages.some((page, index) => page !== data.pages[index]) ? { ...data, pages } : data;
}

/** Orders as the service does: newest start first, then PIDs falling. */
export function compareScans(a: Scan, b: Scan): number {
  const difference = Date.parse(b.start) - Date.parse(a.start);
  if (difference !== 0) return difference;
  return a.pid === b.pid ? 0 : a.pid < b.pid ? 1 : -1;
}

interface Change {
  index: number;
  page: LoadedPage;
}

function replaced(pages: LoadedPage[], scan: Scan): Change | "known" | undefined {
  for (const [index, page] of pages.entries()) {
    const place = placesOf(page).get(scan.pid);
    if (place === undefined) continue;
    const present = page.items[place] as Scan;
    if (scan.version <= present.version) return "known";
    // Columns that were added after the live connection was opened are not in what it tells.
    const next = { ...scan, metadata: { ...present.metadata, ...scan.metadata } };
    return { index, page: { ...page, items: page.items.with(place, next) } };
  }
  return undefined;
}

function inserted(pages: LoadedPage[], scan: Scan, accepts: (scan: Scan) => boolean): Change | undefined {
  if (pages.length === 0 || !accepts(scan)) return undefined;
  for (const [index, page] of pages.entries()) {
    const last = page.items.at(-1);
    const isHere = last !== undefined && compareScans(scan, last) < 0;
    const isEnd = index === pages.length - 1 && !page.nextCursor;
    if (!isHere && !isEnd) continue;
    return { index, page: { ...page, items: page.items.toSpliced(placeFor(page.items, scan), 0, scan) } };
  }
  // It is older than all that is loaded: it comes with its page.
  return undefined;
}

function placeFor(items: readonly Scan[], scan: Scan): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareScans(items[middle] as Scan, scan) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

const places = new WeakMap<readonly Scan[], Map<string, number>>();

function placesOf(page: LoadedPage): Map<string, number> {
  let found = places.get(page.items);
  if (!found) {
    found = new Map(page.items.map((scan, index) => [scan.pid, index]));
    places.set(page.items, found);
  }
  return found;
}
