import { useDebouncedValue, useDocumentVisibility } from "@mantine/hooks";

/** How long a tab in the background stays connected: long enough to look something up in another. */
export const BACKGROUND_MS = 30_000;

/**
 * Whether somebody may be looking at this tab.
 *
 * Over HTTP/1.1 a browser opens six connections to an address, and each live tab holds one: tabs left in the background
 * would keep the seventh from loading at all.
 */
export function useWatched(): boolean {
  const visibility = useDocumentVisibility();
  const [settled] = useDebouncedValue(visibility, BACKGROUND_MS);
  return visibility === "visible" || settled === "visible";
}
