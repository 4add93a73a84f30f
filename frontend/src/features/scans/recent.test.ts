import { describe, expect, it } from "vitest";
import { scanAt } from "@/test/scans";
import { belongs, RecentScans } from "./recent";

describe("scans heard of a moment ago", () => {
  it("are remembered in their newest version", () => {
    const recent = new RecentScans();
    recent.remember([scanAt(1, { version: 2 }), scanAt(1, { version: 1 }), scanAt(2)], 0);
    expect([...recent.scans()].map(({ number, version }) => [number, version])).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  it("are forgotten after a minute", () => {
    const recent = new RecentScans();
    recent.remember([scanAt(1)], 0);
    recent.remember([scanAt(2)], 59_000);
    recent.remember([], 61_000);
    expect([...recent.scans()].map(({ number }) => number)).toEqual([2]);
  });

  it("are gone when they were taken away, and back in a newer version only", () => {
    const recent = new RecentScans();
    recent.remember([scanAt(1, { version: 2 })], 0);
    recent.remove(scanAt(1).pid, 1);
    recent.remember([scanAt(1, { version: 2 })], 2);
    expect([[...recent.scans()], [...recent.removed()]]).toEqual([[], [scanAt(1).pid]]);
    recent.remember([scanAt(1, { version: 3 })], 3);
    expect([[...recent.scans()].length, [...recent.removed()]]).toEqual([1, []]);
  });
});

describe("whether a scan belongs to a filter", () => {
  const now = new Date("2026-03-01T12:00:00Z");

  it("asks for its proposal", () => {
    expect(belongs(scanAt(1), { proposal: "20260101", period: "all" }, now)).toBe(true);
    expect(belongs(scanAt(1), { proposal: "20260102", period: "all" }, now)).toBe(false);
  });

  it("asks for its start: from inclusive, to exclusive", () => {
    const { start } = scanAt(30);
    expect(belongs(scanAt(30), { from: start }, now)).toBe(true);
    expect(belongs(scanAt(30), { to: start }, now)).toBe(false);
    expect(belongs(scanAt(30), { period: "1h" }, now)).toBe(false);
    expect(belongs(scanAt(61), { period: "1h" }, now)).toBe(true);
  });
});
