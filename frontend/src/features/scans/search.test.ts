import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { momentField, parseSearch, stringifySearch } from "@/app/search";
import { rangeOf } from "./filters/period";
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

describe("a moment in an address", () => {
  it.each(["2026-01-31", "2026-01-31T00:00Z", "2024-02-29T23:59:59.999Z", "2026-01-31T12:00+02:00"])(
    "%s is taken as it is",
    (text) => expect(momentField(text)).toBe(text),
  );

  it("gets its zone where it has none, and its plus where that became a blank", () => {
    expect(momentField("2026-01-31T12:00")).toBe(new Date(2026, 0, 31, 12).toISOString());
    expect(momentField("2026-01-31T12:00 02:00")).toBe("2026-01-31T12:00+02:00");
  });

  it.each([
    ...["", "garbage", "yesterday", "1", "0", "-1", "2026", "NaN", "Infinity", "null", "[object Object]"],
    ...["2026-02-30", "2026-13-01", "2026-00-10", "2026-01-31T24:00Z", "2026-01-31T12:60Z"],
    ...["0001-01-01", "9999-12-31", "+275760-09-13T00:00Z", "2026-01-31T12:00+99:00"],
    ...["2026-01-31T12:00Z\n", " 2026-01-31", "2026-01-31T12:00Z;drop", "٢٠٢٦-٠١-٣١", "1/2/2026"],
  ])("%j is dropped", (text) => expect(momentField(text)).toBeUndefined());
});

describe("any address of the scan log", () => {
  const value = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom(
      "foo",
      "garbage",
      "7d",
      "constructor",
      "__proto__",
      "m.",
      "m.__proto__",
      "start,m.a",
      "null",
      "..",
    ),
    fc.date({ noInvalidDate: false }).map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  );
  const name = fc.oneof(
    fc.constantFrom("period", "from", "to", "proposal", "columns", "scan", "__proto__", "toString"),
    fc.string({ maxLength: 10 }),
  );
  const address = fc
    .array(fc.tuple(name, value), { maxLength: 8 })
    .map(
      (pairs) => `?${pairs.map((pair) => pair.map((text) => encodeURIComponent(text)).join("=")).join("&")}`,
    );

  /** What the router makes of an address: what is read, laid over what stands there. */
  const search = (text: string) => {
    const raw = parseSearch(text);
    return { ...raw, ...validateScanSearch(raw) };
  };

  it("is read into something that can be shown", () => {
    fc.assert(
      fc.property(address, (text) => {
        const { period, from, to, columns, scan, proposal, ...rest } = search(text);
        expect([undefined, "1h", "today", "7d", "all"]).toContain(period);
        expect(Object.values(rest).every((value) => value === undefined)).toBe(true);
        for (const moment of [from, to]) if (moment) expect(Date.parse(moment)).not.toBeNaN();
        rangeOf({ ...(period && { period }), ...(from && { from }), ...(to && { to }) }, new Date());
        expect((columns ?? "").length).toBeLessThanOrEqual(16_384);
        for (const text of [scan, proposal]) expect(text ?? "x").not.toMatch(/^$|\p{Cc}/u);
      }),
      { numRuns: 300 },
    );
  });

  it("says the same when it is written and read again", () => {
    fc.assert(
      fc.property(address, (text) => {
        const once = search(text);
        expect(search(stringifySearch(once))).toEqual(once);
      }),
      { numRuns: 200 },
    );
  });

  it("shows no more columns than a service takes", () => {
    const keys = Array.from({ length: 5000 }, (_, index) => `m.key${index}`);
    const { columns } = search(`?columns=${keys.slice(0, 1500).join(",")}`);
    expect(columns?.split(",")).toEqual(keys.slice(0, 100));
    expect(search(`?columns=${keys.join(",")}`).columns).toBeUndefined();
  });

  it("keeps the good values beside the bad ones", () => {
    expect(search("?period=foo&from=garbage&proposal=20260101&columns=start,nonsense,m.energy&x=1")).toEqual({
      proposal: "20260101",
      columns: "start,m.energy",
    });
  });

  it.each(["?columns=m.%FF%FE", "?%", "?=&=&&", "?period", `?columns=${"m.k,".repeat(9000)}`, "?scan=%00"])(
    "%.40s is no error",
    (text) => expect(() => search(text)).not.toThrow(),
  );
});
