import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useUsername } from "@/app/services";
import {
  addColumn,
  type ColumnId,
  DEFAULT_COLUMNS,
  formatColumns,
  isDefault,
  moveColumn,
  removeColumn,
  resolveColumns,
} from "./columns";
import { changeColumns, followColumns, readColumns } from "./storage";

const route = getRouteApi("/shell/scans");

export interface Columns {
  columns: readonly ColumnId[];
  widths: Readonly<Record<string, number>>;
  add: (id: ColumnId) => void;
  remove: (id: ColumnId) => void;
  move: (id: ColumnId, target: ColumnId) => void;
  resize: (widths: Record<string, number>) => void;
  reset: () => void;
}

/**
 * The columns a person sees. A link's columns are shown without touching what the person keeps; what the person changes
 * is kept and put in the address.
 */
export function useColumns(): Columns {
  const username = useUsername();
  const { columns: address } = route.useSearch();
  const navigate = route.useNavigate();
  const [kept, setKept] = useState(() => readColumns(username));
  const columns = useMemo(() => resolveColumns(address, kept.columns), [address, kept.columns]);

  const show = useCallback(
    (next: readonly ColumnId[]) => {
      const text = isDefault(next) ? undefined : formatColumns(next);
      void navigate({
        search: ({ columns: _, ...rest }) => ({ ...rest, ...(text && { columns: text }) }),
        replace: true,
      });
    },
    [navigate],
  );

  useEffect(() => followColumns(username, () => setKept(readColumns(username))), [username]);

  useEffect(() => {
    if (!address && !isDefault(columns)) show(columns);
  }, [address, columns, show]);

  return useMemo(() => {
    const keep = (next: typeof kept) => setKept(changeColumns(username, kept, next));
    const change = (next: readonly ColumnId[]) => {
      keep({ ...kept, columns: formatColumns(next) });
      show(next);
    };
    return {
      columns,
      widths: kept.widths,
      add: (id) => change(addColumn(columns, id)),
      remove: (id) => change(removeColumn(columns, id)),
      move: (id, target) => change(moveColumn(columns, id, target)),
      resize: (widths) => keep({ ...kept, widths }),
      reset: () => {
        keep({ widths: {} });
        show(DEFAULT_COLUMNS);
      },
    };
  }, [columns, kept, show, username]);
}
