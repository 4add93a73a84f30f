import { createContext } from "react";

/** Comments being written, by PID. Rows come and go as one scrolls; this stays. */
export const DraftsContext = createContext<Map<string, string>>(new Map());
