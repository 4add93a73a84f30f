import { createContext, useMemo, useState } from "react";
import type { ConflictError } from "./save";

interface Conflicts {
  /** Asks the person which version is to stay. */
  ask: (conflict: ConflictError) => void;
}

export const ConflictsContext = createContext<Conflicts>({ ask: () => undefined });

/** The conflicts that the person has not decided yet, the first of them first. */
export function useConflicts() {
  const [open, setOpen] = useState<readonly ConflictError[]>([]);
  return useMemo(
    () => ({
      first: open[0],
      ask: (conflict: ConflictError) => setOpen((now) => [...now, conflict]),
      close: () => setOpen((now) => now.slice(1)),
    }),
    [open],
  );
}
