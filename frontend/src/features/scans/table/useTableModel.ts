import {
  type ColumnSizingState,
  columnResizingFeature,
  columnSizingFeature,
  createColumnHelper,
  functionalUpdate,
  tableFeatures,
  type Updater,
  useTable,
} from "@tanstack/react-table";
import { useMemo } from "react";
import type { Scan } from "@/api/client";
import { type ColumnId, NARROWEST, WIDEST, widthOf } from "../columns/columns";
import type { Columns } from "../columns/useColumns";

const features = tableFeatures({ columnSizingFeature, columnResizingFeature });
const helper = createColumnHelper<typeof features, Scan>();
const NO_ROWS: Scan[] = [];

/** Pixels of the first column, which holds the button to the details. */
export const LEAD_WIDTH = 34;

/**
 * The table's columns: their order and widths, and how they are resized. The rows are not given to the table: it sorts
 * and filters nothing, and a model of 100,000 rows would be built anew at each live event.
 */
export function useTableModel({ columns, widths, resize }: Columns) {
  const definitions = useMemo(
    () =>
      helper.columns(
        columns.map((id) =>
          helper.display({ id, size: widthOf(id, {}), minSize: NARROWEST, maxSize: WIDEST, header: id }),
        ),
      ),
    [columns],
  );
  const columnSizing = widths as ColumnSizingState;
  return useTable({
    features,
    columns: definitions,
    data: NO_ROWS,
    columnResizeMode: "onChange",
    state: { columnSizing },
    onColumnSizingChange: (updater: Updater<ColumnSizingState>) =>
      resize(functionalUpdate(updater, columnSizing)),
  });
}

export type TableModel = ReturnType<typeof useTableModel>;
export type TableHeader = ReturnType<TableModel["getHeaderGroups"]>[number]["headers"][number];

/** Returns the grid's columns as CSS has them; one of them takes the room that is left over. */
export function gridTemplate(columns: readonly ColumnId[], widths: Readonly<Record<string, number>>): string {
  const growing = columns.includes("comment")
    ? "comment"
    : columns.includes("name")
      ? "name"
      : columns.at(-1);
  const tracks = columns.map((id) => {
    const width = `${widthOf(id, widths)}px`;
    return id === growing ? `minmax(${width}, 1fr)` : width;
  });
  return [`${LEAD_WIDTH}px`, ...tracks].join(" ");
}
