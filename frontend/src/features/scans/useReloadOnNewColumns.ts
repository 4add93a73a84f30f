import { useEffect, useRef } from "react";

/** Has the rows that are there asked for anew when a column needs metadata they do not hold. */
export function useReloadOnNewColumns(keys: readonly string[], refetch: () => unknown): void {
  const held = useRef<ReadonlySet<string>>(new Set(keys));
  useEffect(() => {
    const isNew = keys.some((key) => !held.current.has(key));
    held.current = new Set(keys);
    if (isNew) void refetch();
  }, [keys, refetch]);
}
