import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { restrictToHorizontalAxis } from "@dnd-kit/modifiers";
import {
  horizontalListSortingStrategy,
  SortableContext,
  sortableKeyboardCoordinates,
} from "@dnd-kit/sortable";
import type { ColumnId } from "../columns/columns";
import type { Columns } from "../columns/useColumns";
import { HeaderCell, headingOf } from "./HeaderCell";
import classes from "./table.module.css";
import type { ColumnInfo } from "./useColumnInfo";
import type { TableModel } from "./useTableModel";

interface Props {
  model: TableModel;
  columns: Columns;
  info: ReadonlyMap<string, ColumnInfo>;
}

/** The table's head, whose columns can be moved, resized and hidden. */
export function TableHead({ model, columns, info }: Props) {
  const sensors = useSensors(
    // A few pixels tell a drag from a click.
    useSensor(PointerSensor, { activationConstraint: { distance: 5 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const ids = columns.columns as ColumnId[];
  const name = (id: string | number) => headingOf(id as ColumnId, info).title;
  const finish = ({ active, over }: DragEndEvent) => {
    if (over && active.id !== over.id) columns.move(active.id as ColumnId, over.id as ColumnId);
  };
  const headers = model.getHeaderGroups()[0]?.headers ?? [];
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      modifiers={[restrictToHorizontalAxis]}
      onDragEnd={finish}
      accessibility={{
        container: document.body,
        screenReaderInstructions: {
          draggable:
            "To move the column, press Space, then the arrow keys, then Space again. Escape leaves it.",
        },
        announcements: {
          onDragStart: ({ active }) => `Column ${name(active.id)} picked up.`,
          onDragOver: ({ active, over }) =>
            over
              ? `Column ${name(active.id)} is at ${over.id === active.id ? "its own place" : `the place of ${name(over.id)}`}.`
              : undefined,
          onDragEnd: ({ active }) => `Column ${name(active.id)} put down.`,
          onDragCancel: ({ active }) => `Column ${name(active.id)} stays where it was.`,
        },
      }}
    >
      <SortableContext items={ids} strategy={horizontalListSortingStrategy}>
        <div role="row" aria-rowindex={1} className={classes.headRow}>
          <div role="columnheader" className={classes.lead}>
            <span className={classes.hiddenText}>Details</span>
          </div>
          {headers.map((header) => (
            <HeaderCell
              key={header.id}
              id={header.id as ColumnId}
              header={header}
              info={info}
              canHide={ids.length > 1}
              onHide={columns.remove}
              onResize={(id, width) => columns.resize({ ...columns.widths, [id]: width })}
            />
          ))}
        </div>
      </SortableContext>
    </DndContext>
  );
}
