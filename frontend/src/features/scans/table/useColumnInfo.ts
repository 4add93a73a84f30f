import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import type { Parameter, Scan, ScanMetadata } from "@/api/client";
import { visibleText } from "@/components/visible";
import { entryOf } from "../metadata";
import { PARAMETERS_KEY } from "../queries";

/** Rows looked at for what a parameter is called. */
const LOOKED_AT = 400;

export interface ColumnInfo {
  name: string;
  unit: string | undefined;
  group: string | undefined;
}

/**
 * What the parameters that are shown as columns are called and measured in: as the newest row says that has them, else as
 * the list they were chosen from. The map stays the same object while nothing is added, so that rows are not drawn anew.
 */
export function useColumnInfo(
  keys: readonly string[],
  rows: readonly Scan[],
): ReadonlyMap<string, ColumnInfo> {
  const queryClient = useQueryClient();
  const known = useRef<ReadonlyMap<string, ColumnInfo>>(new Map());
  return useMemo(() => {
    const found = new Map(known.current);
    for (const key of keys) {
      if (found.has(key)) continue;
      const info =
        fromRows(key, rows) ?? fromParameters(key, queryClient.getQueriesData({ queryKey: PARAMETERS_KEY }));
      if (info) found.set(key, info);
    }
    if (found.size !== known.current.size) known.current = found;
    return known.current;
  }, [keys, rows, queryClient]);
}

function fromRows(key: string, rows: readonly Scan[]): ColumnInfo | undefined {
  for (const { metadata } of rows.slice(0, LOOKED_AT)) {
    const entry = entryOf(metadata, key);
    if (entry) return infoOf(key, entry);
  }
  return undefined;
}

function fromParameters(
  key: string,
  lists: readonly (readonly [unknown, unknown])[],
): ColumnInfo | undefined {
  for (const [, data] of lists) {
    const found = (data as { items: Parameter[] } | undefined)?.items.find(
      (parameter) => parameter.key === key,
    );
    if (found) return infoOf(key, found);
  }
  return undefined;
}

type Said = Pick<Partial<ScanMetadata>, "name" | "unit" | "group">;

function infoOf(key: string, said: Said): ColumnInfo {
  return {
    name: visibleText(said.name || key),
    unit: said.unit ? visibleText(said.unit) : undefined,
    group: said.group ? visibleText(said.group) : undefined,
  };
}
