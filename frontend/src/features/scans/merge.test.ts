import { describe, expect, it } from "vitest";
import { scanAt } from "@/test/scans";
import { compareScans, mergeScans, type ScanPages, withoutScans } from "./merge";

const always = () => true;

/** Two pages of two: the starts 50, 40 and 30, 20; older scans may follow. */
function twoPages(hasMore = true): ScanPages {
  return {
    pages: [
      { items: [scanAt(50), scanAt(40)], nextCursor: "a" },
      { items: [scanAt(30), scanAt(20)], ...(hasMore && { nextCursor: "b" }) },
    ],
    pageParams: [undefined, { cursor: "a" }],
  };
}

function numbers(data: ScanPages) {
  return data.pages.map(({ items }) => items.map(({ number }) => number));
}

describe("what was heard of scans, merged into the pages", () => {
  it("puts a new scan at the top", () => {
    expect(numbers(mergeScans(twoPages(), [scanAt(60)], always))).toEqual([
      [60, 50, 40],
      [30, 20],
    ]);
  });

  it("puts a late scan where its start belongs", () => {
    expect(numbers(mergeScans(twoPages(), [scanAt(45), scanAt(35), scanAt(25)], always))).toEqual([
      [50, 45, 40],
      [35, 30, 25, 20],
    ]);
  });

  it("leaves a scan that is older than all that is loaded to its own page", () => {
    const data = twoPages();
    expect(mergeScans(data, [scanAt(10)], always)).toBe(data);
  });

  it("puts the oldest scan at the end when there is nothing more to load", () => {
    expect(numbers(mergeScans(twoPages(false), [scanAt(10)], always))).toEqual([
      [50, 40],
      [30, 20, 10],
    ]);
  });

  it("replaces a row by its newer version, and only that page", () => {
    const data = twoPages();
    const merged = mergeScans(data, [scanAt(40, { version: 2, comment: "good" })], always);
    expect(merged.pages[0]?.items[1]?.comment).toBe("good");
    expect(merged.pages[0]?.items[0]).toBe(data.pages[0]?.items[0]);
    expect(merged.pages[1]).toBe(data.pages[1]);
  });

  it.each([0, 1])("does not go back to version %i of a row in version 1", (version) => {
    const data = twoPages();
    expect(mergeScans(data, [scanAt(40, { version, state: "running" })], always)).toBe(data);
  });

  it("keeps metadata of a column that the news does not carry", () => {
    const data = twoPages();
    data.pages[0]?.items.splice(1, 1, scanAt(40, { metadata: { energy: { value: 7112 } } }));
    const merged = mergeScans(
      data,
      [scanAt(40, { version: 2, metadata: { current: { value: 300 } } })],
      always,
    );
    expect(merged.pages[0]?.items[1]?.metadata).toEqual({ energy: { value: 7112 }, current: { value: 300 } });
  });

  it("does not put in a scan that the filter leaves out", () => {
    const data = twoPages();
    expect(
      mergeScans(data, [scanAt(60, { proposal: "other" })], ({ proposal }) => proposal === "20260101"),
    ).toBe(data);
  });

  it("takes several versions of one scan in one go", () => {
    const news = [
      scanAt(60, { version: 1, points: 1 }),
      scanAt(60, { version: 3, points: 3 }),
      scanAt(60, { version: 2 }),
    ];
    const merged = mergeScans(twoPages(), news, always);
    expect(numbers(merged)[0]).toEqual([60, 50, 40]);
    expect(merged.pages[0]?.items[0]?.points).toBe(3);
  });

  it("fills an empty list", () => {
    const empty: ScanPages = { pages: [{ items: [] }], pageParams: [undefined] };
    expect(numbers(mergeScans(empty, [scanAt(1), scanAt(2)], always))).toEqual([[2, 1]]);
  });

  it("orders scans of the same start by falling PID, as the service does", () => {
    const start = scanAt(1).start;
    const scans = ["a", "c", "b"].map((pid) => scanAt(1, { pid, start }));
    expect(scans.toSorted(compareScans).map(({ pid }) => pid)).toEqual(["c", "b", "a"]);
  });
});

describe("scans that were taken away", () => {
  it("leave their page, and no other page changes", () => {
    const data = twoPages();
    const left = withoutScans(data, [scanAt(40).pid, scanAt(99).pid]);
    expect(numbers(left)).toEqual([[50], [30, 20]]);
    expect(left.pages[1]).toBe(data.pages[1]);
  });

  it("change nothing where they are not shown", () => {
    const data = twoPages();
    expect(withoutScans(data, [scanAt(99).pid])).toBe(data);
  });
});
