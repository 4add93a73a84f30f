import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const tell of listeners) tell();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Returns the present time in milliseconds, new each second. One clock for the page: all that ticks, ticks together. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => (timer === undefined ? refreshed() : now));
}

function refreshed(): number {
  // Nobody watched the clock, so it stood still. Whole seconds, as a snapshot must not change between two looks.
  const current = Math.floor(Date.now() / 1000) * 1000;
  if (current > now) now = current;
  return now;
}
