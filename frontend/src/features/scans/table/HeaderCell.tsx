import { useSortable } from "@dnd-kit/sortable";
import { CSS } from "@dnd-kit/utilities";
import { IconX } from "@tabler/icons-react";
import type { KeyboardEvent } from "react";
import {
  type ColumnId,
  isStandard,
  metadataKey,
  NARROWEST,
  STANDARD_COLUMNS,
  WIDEST,
} from "../columns/columns";
import classes from "./table.module.css";
import type { ColumnInfo } from "./useColumnInfo";
import type { TableHeader } from "./useTableModel";

const KEY_STEP = 16;

interface Props {
  id: ColumnId;
  header: TableHeader;
  info: ReadonlyMap<string, ColumnInfo>;
  onHide: (id: ColumnId) => void;
  onResize: (id: ColumnId, width: number) => void;
  canHide: boolean;
}

/** A column's head: drag its title to move it (or Space, arrows, Space), its right edge to resize, "x" to hide it. */
export function HeaderCell({ id, header, info, onHide, onResize, canHide }: Props) {
  const { setNodeRef, setActivatorNodeRef, attributes, listeners, transform, transition, isDragging } =
    useSortable({ id });
  const { title, unit, explanation } = headingOf(id, info);
  const width = header.getSize();
  const startResize = header.getResizeHandler();

  const resizeByKey = (event: KeyboardEvent) => {
    const step = event.key === "ArrowLeft" ? -KEY_STEP : event.key === "ArrowRight" ? KEY_STEP : 0;
    if (step === 0) return;
    event.preventDefault();
    onResize(id, Math.min(WIDEST, Math.max(NARROWEST, width + step)));
  };

  return (
    <div
      role="columnheader"
      ref={setNodeRef}
      className={classes.head}
      data-column={id}
      data-dragging={isDragging || undefined}
      style={{ transform: CSS.Translate.toString(transform), transition: transition ?? "" }}
    >
      <button
        type="button"
        ref={setActivatorNodeRef}
        className={classes.title}
        title={explanation}
        {...attributes}
        {...listeners}
      >
        <span className={classes.name}>{title}</span>
        {unit && <span className={classes.unit}>{unit}</span>}
      </button>
      {canHide && (
        <button
          type="button"
          className={classes.hide}
          aria-label={`Hide column ${title}`}
          onClick={() => onHide(id)}
        >
          <IconX size={13} aria-hidden />
        </button>
      )}
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label={`Width of column ${title}`}
        aria-valuenow={width}
        aria-valuemin={NARROWEST}
        aria-valuemax={WIDEST}
        tabIndex={0}
        className={classes.resizer}
        data-active={header.column.getIsResizing() || undefined}
        onMouseDown={startResize}
        onTouchStart={startResize}
        onDoubleClick={() => header.column.resetSize()}
        onKeyDown={resizeByKey}
      />
    </div>
  );
}

/** What a column's head says. */
export function headingOf(id: ColumnId, info: ReadonlyMap<string, ColumnInfo>) {
  if (isStandard(id)) {
    const { title } = STANDARD_COLUMNS[id];
    return { title, unit: undefined, explanation: title };
  }
  const key = metadataKey(id) ?? "";
  const { name, unit, group } = info.get(key) ?? { name: key, unit: undefined, group: undefined };
  return { title: name, unit, explanation: [group, name, name !== key && key].filter(Boolean).join(" · ") };
}
