import { describe, expect, it } from "vitest";
import { formatBytes, formatDuration, formatEntry, formatNumber, formatRating, formatValue } from "./format";

describe("numbers", () => {
  it.each([
    [0, "0"],
    [-0.5, "-0.5"],
    [1.5, "1.5"],
    [7112.000000001, "7112"],
    [0.1 + 0.2, "0.3"],
    [12.3456789, "12.3457"],
    [123456.789, "123456.8"],
    [1234567, "1234567"],
    [0.000_001_234_567, "1.2346e-6"],
    [1e-9, "1e-9"],
    [6.02214076e23, "6.0221e23"],
    [-1.5e10, "-1.5e10"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
  ])("%d is written %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it("keep their exact value for who asks", () => {
    expect(formatValue(12.3456789)).toEqual({ text: "12.3457", exact: "12.3456789" });
  });
});

describe("values", () => {
  it.each([
    ["open", "open"],
    [true, "yes"],
    [null, "—"],
    [[1, 0.333333333, "a", null], "[1, 0.333333, a, —]"],
  ])("%j is written %s", (value, text) => {
    expect(formatValue(value).text).toBe(text);
  });
});

describe("metadata entries", () => {
  it("show their unit, unless the header does", () => {
    expect(formatEntry({ value: 7112, unit: "eV" }).text).toBe("7112 eV");
    expect(formatEntry({ value: 7112, unit: "eV" }, "eV")).toMatchObject({ text: "7112", exact: "7112 eV" });
    expect(formatEntry({ value: 7.112, unit: "keV" }, "eV").text).toBe("7.112 keV");
  });

  it("say that a value is unavailable, and why", () => {
    expect(formatEntry({ value: null, available: false, reason: "device is down" })).toEqual({
      text: "unavailable",
      exact: "unavailable: device is down",
      available: false,
    });
  });
});

describe("spans of time", () => {
  it.each([
    [0, "0.0 s"],
    [4_230, "4.2 s"],
    [59_960, "1:00"],
    [187_000, "3:07"],
    [3_723_000, "1:02:03"],
    [90_000_000, "1 d 01:00"],
    [-500, "0.0 s"],
  ])("%d ms is written %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it("tick in whole seconds", () => {
    expect(formatDuration(4_230, 0)).toBe("4 s");
  });
});

describe("sizes", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_500, "1.5 kB"],
    [999_700, "1.0 MB"],
    [12_345_678, "12 MB"],
    [2e15, "2.0 PB"],
  ])("%d bytes are written %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe("ratings", () => {
  it("are told apart from none", () => {
    expect(formatRating(undefined)).toBe("not rated");
    expect(formatRating(null)).toBe("not rated");
    expect(formatRating(0.5)).toBe("0.5 of 3 stars");
  });
});
