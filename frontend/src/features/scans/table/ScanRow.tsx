import { IconChevronRight } from "@tabler/icons-react";
import { type MouseEvent, memo } from "react";
import type { Scan } from "@/api/client";
import { scanLabel } from "../cells/label";
import { ScanCell } from "../cells/ScanCell";
import { type ColumnId, metadataKey } from "../columns/columns";
import classes from "./table.module.css";
import type { ColumnInfo } from "./useColumnInfo";

interface Props {
  scan: Scan;
  columns: readonly ColumnId[];
  info: ReadonlyMap<string, ColumnInfo>;
  index: number;
  top: number;
  isOpen: boolean;
  isFresh: boolean;
  loading: boolean;
  onOpen: (pid: string) => void;
}

const CONTROLS = "button, input, label, a";

/** A scan in the table. Drawn anew only when something of it changes. */
export const ScanRow = memo(function ScanRow(props: Props) {
  const { scan, columns, info, index, top, isOpen, isFresh, loading, onOpen } = props;
  const openUnlessControl = (event: MouseEvent) => {
    const isSelecting = (window.getSelection()?.toString() ?? "") !== "";
    if (!isSelecting && !(event.target as Element).closest(CONTROLS)) onOpen(scan.pid);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the button in the first cell does the same from the keyboard.
    <div
      role="row"
      aria-rowindex={index + 2}
      className={classes.row}
      style={{ transform: `translateY(${top}px)` }}
      data-open={isOpen || undefined}
      data-fresh={isFresh || undefined}
      data-state={scan.state}
      data-pid={scan.pid}
      onClick={openUnlessControl}
    >
      <div role="cell" className={classes.lead}>
        <button
          type="button"
          className={classes.open}
          aria-label={`Details of ${scanLabel(scan)}`}
          onClick={() => onOpen(scan.pid)}
        >
          <IconChevronRight size={15} aria-hidden />
        </button>
      </div>
      {columns.map((id) => {
        const key = metadataKey(id);
        return (
          <div role="cell" key={id} className={classes.cell} data-column={id}>
            <ScanCell
              id={id}
              scan={scan}
              headerUnit={key === undefined ? undefined : info.get(key)?.unit}
              loading={loading}
            />
          </div>
        );
      })}
    </div>
  );
});
