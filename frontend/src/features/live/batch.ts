/** Frames do not come while the page is hidden; then work is done this often. */
const HIDDEN_MS = 1000;

/**
 * Returns a function that collects items and hands them on together, once per animation frame, so that a burst of
 * events costs one change of the page.
 */
export function batchPerFrame<T>(deliver: (items: T[]) => void): {
  push: (item: T) => void;
  cancel: () => void;
} {
  let items: T[] = [];
  let frame: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const clear = () => {
    if (frame !== undefined) cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = undefined;
    timer = undefined;
  };
  const flush = () => {
    clear();
    const batch = items;
    items = [];
    deliver(batch);
  };
  return {
    push: (item) => {
      items.push(item);
      if (timer !== undefined) return;
      frame = requestAnimationFrame(flush);
      timer = setTimeout(flush, HIDDEN_MS);
    },
    cancel: () => {
      clear();
      items = [];
    },
  };
}
