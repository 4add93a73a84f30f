import { describe, expect, it } from "vitest";
import { rangeOf, sentenceOf, widerThan } from "./period";

const NOW = new Date(2026, 2, 1, 14, 30);

describe("time frames", () => {
  it("of a period end open, so that what comes is shown", () => {
    expect(rangeOf({ period: "1h" }, NOW)).toEqual({ from: new Date(2026, 2, 1, 13, 30).toISOString() });
    expect(rangeOf({}, NOW)).toEqual({ from: new Date(2026, 1, 28, 14, 30).toISOString() });
    expect(rangeOf({ period: "all" }, NOW)).toEqual({});
  });

  it("of today begin at the browser's midnight", () => {
    expect(rangeOf({ period: "today" }, NOW)).toEqual({ from: new Date(2026, 2, 1).toISOString() });
  });

  it("of one's own are taken as they are", () => {
    expect(rangeOf({ to: "2026-01-01T00:00Z" }, NOW)).toEqual({ to: "2026-01-01T00:00Z" });
  });

  it("widen until there is no wider one", () => {
    expect(widerThan({ period: "1h" })).toBe("7d");
    expect(widerThan({})).toBe("7d");
    expect(widerThan({ period: "7d" })).toBe("all");
    expect(widerThan({ from: "2026-01-01T00:00Z" })).toBe("all");
    expect(widerThan({ period: "all" })).toBeUndefined();
  });

  it("are said in a sentence", () => {
    expect(sentenceOf({})).toBe("in the last 24 hours");
    expect(sentenceOf({ to: "2026-01-01T00:00Z" })).toBe("in this time frame");
  });
});
