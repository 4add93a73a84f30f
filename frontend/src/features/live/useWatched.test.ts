import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BACKGROUND_MS, useWatched } from "./useWatched";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  show("visible");
  vi.useRealTimers();
});

test("a tab is let go after a while in the background, and is back at once", () => {
  const { result } = renderHook(() => useWatched());
  expect(result.current).toBe(true);

  act(() => show("hidden"));
  act(() => vi.advanceTimersByTime(BACKGROUND_MS - 1000));
  expect(result.current).toBe(true);
  act(() => vi.advanceTimersByTime(1000));
  expect(result.current).toBe(false);

  act(() => show("visible"));
  expect(result.current).toBe(true);
});

test("a short look elsewhere changes nothing", () => {
  const { result } = renderHook(() => useWatched());

  act(() => show("hidden"));
  act(() => vi.advanceTimersByTime(BACKGROUND_MS / 2));
  act(() => show("visible"));
  act(() => vi.advanceTimersByTime(BACKGROUND_MS * 2));

  expect(result.current).toBe(true);
});

function show(state: DocumentVisibilityState): void {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}
