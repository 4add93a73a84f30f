import { describe, expect, it } from "vitest";
import { wordsFor } from "./NoScans";

describe("the empty log", () => {
  it.each([
    [{}, true, false, "No scans you can see in the last 24 hours"],
    [{ period: "all" as const }, true, false, "No scans you can see"],
    [{ proposal: "1" }, true, false, "No scans you can see in proposal 1 in the last 24 hours"],
    [{ proposal: "1", period: "all" as const }, true, true, "No scans you can see in proposal 1"],
    [{}, false, false, "No scans you can see yet"],
    [{ from: "2026-01-01T00:00Z" }, true, false, "No scans you can see in this time frame"],
  ])("under %j (proposals: %s, unknown: %s) says %s", (filter, hasProposals, isUnknown, title) => {
    expect(wordsFor(filter, { hasProposals, isUnknown }).title).toBe(title);
  });
});
