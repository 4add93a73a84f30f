import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, useEffect, useMemo, useRef } from "react";
import { metadataKeys } from "../columns/columns";
import type { Columns } from "../columns/useColumns";
import { usePendingEdits, withPatch } from "../edits/useScanEdit";
import { sentenceOf } from "../filters/period";
import type { ScanFilter, useScanPages } from "../queries";
import { NewScansPill } from "./NewScansPill";
import { ScanRow } from "./ScanRow";
import { TableEnd } from "./TableEnd";
import { TableHead } from "./TableHead";
import classes from "./table.module.css";
import { useColumnInfo } from "./useColumnInfo";
import { useFreshScans } from "./useFreshScans";
import { useReadingPlace } from "./useReadingPlace";
import { gridTemplate, useTableModel } from "./useTableModel";

const ROW_HEIGHT = 34;
/** Rows drawn above and below what is seen. */
const OVERSCAN = 12;
/** The next page is asked for when this many rows are left. */
const ROWS_AHEAD = 120;

interface Props {
  pages: ReturnType<typeof useScanPages>;
  filter: ScanFilter;
  columns: Columns;
  openPid: string | undefined;
  onOpen: (pid: string) => void;
}

/** The scans that are loaded, of which only those in sight are in the page. */
export function ScanTable({ pages, filter, columns, openPid, onOpen }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const { data, hasNextPage, isFetching, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = pages;
  const loaded = data?.pages;
  const rows = useMemo(() => loaded?.flatMap(({ items }) => items) ?? [], [loaded]);
  const edits = usePendingEdits();
  const keys = useMemo(() => metadataKeys(columns.columns), [columns.columns]);
  const info = useColumnInfo(keys, rows);
  const model = useTableModel(columns);
  const isFresh = useFreshScans(rows, pages.isPlaceholderData);
  const { unseen, toTop } = useReadingPlace(scroller, rows, ROW_HEIGHT, JSON.stringify(filter));

  const virtualizer = useVirtualizer({
    count: rows.length + 1,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
  });
  const visible = virtualizer.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;

  useEffect(() => {
    const isNear = last >= rows.length - ROWS_AHEAD;
    if (isNear && hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [last, rows.length, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);

  return (
    <div className={classes.frame}>
      <NewScansPill count={unseen} onClick={toTop} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrollable from the keyboard. */}
      <div ref={scroller} className={classes.scroller} tabIndex={0} role="region" aria-label="Scan log">
        <div
          role="table"
          aria-label="Scans, newest first"
          aria-rowcount={hasNextPage ? -1 : rows.length + 1}
          className={classes.table}
          style={{ "--grid": gridTemplate(columns.columns, columns.widths) } as CSSProperties}
        >
          <div role="rowgroup" className={classes.headGroup}>
            <TableHead model={model} columns={columns} info={info} />
          </div>
          <div
            role="rowgroup"
            className={classes.body}
            data-stale={pages.isPlaceholderData || undefined}
            style={{ height: virtualizer.getTotalSize() }}
          >
            {visible.map(({ index, start }) => {
              const scan = rows[index];
              if (!scan) return null;
              return (
                <ScanRow
                  key={scan.pid}
                  scan={withPatch(scan, edits.get(scan.pid))}
                  columns={columns.columns}
                  info={info}
                  index={index}
                  top={start}
                  isOpen={scan.pid === openPid}
                  isFresh={isFresh(scan.pid)}
                  loading={isFetching && !isFetchingNextPage}
                  onOpen={onOpen}
                />
              );
            })}
          </div>
        </div>
        {visible.at(-1)?.index === rows.length && (
          <TableEnd
            hasNextPage={hasNextPage}
            error={isFetchNextPageError ? pages.error : null}
            onRetry={() => void fetchNextPage()}
            text={["No older scans you can see", sentenceOf(filter)].filter(Boolean).join(" ")}
          />
        )}
      </div>
    </div>
  );
}
