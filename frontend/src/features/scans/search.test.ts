import { describe, expect, it } from "vitest";
import { parseSearch, stringifySearch } from "@/app/search";
import { validateScanSearch } from "./search";

describe("the address", () => {
  it("is read as text, never as numbers", () => {
    expect(parseSearch("?proposal=20260101")).toEqual({ proposal: "20260101" });
  });

  it("comes back as it was written, and stays readable", () => {
    const search = { columns: "start,m.a b,m.x%2Cy", scan: "20.500/a", from: "2026-01-01T00:00:00Z" };
    const text = stringifySearch(search);
    expect(text).toBe("?columns=start,m.a%20b,m.x%252Cy&scan=20.500/a&from=2026-01-01T00:00:00Z");
    expect(parseSearch(text)).toEqual(search);
  });

  it("is nothing where there is nothing to say", () => {
    expect(stringifySearch({ proposal: undefined })).toBe("");
  });
});

describe("the search of the scan log", () => {
  it("keeps what it knows and drops the rest", () => {
    expect(validateScanSearch({ period: "7d", proposal: "1", other: "x" })).toEqual({
      period: "7d",
      proposal: "1",
    });
    expect(validateScanSearch({ period: "century", from: "yesterday" })).toEqual({});
  });

  it("does not name the usual period", () => {
    expect(validateScanSearch({ period: "24h" })).toEqual({});
  });

  it("prefers an own time frame to a period", () => {
    expect(validateScanSearch({ period: "7d", from: "2026-01-01T00:00Z" })).toEqual({
      from: "2026-01-01T00:00Z",
    });
  });
});
