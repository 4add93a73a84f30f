import { describe, expect, it } from "vitest";
import { groupMetadata } from "./groups";

const METADATA = {
  b: { value: 1, name: "Zeta", group: "Optics", source: "sim/mono/1/zeta" },
  a: { value: 2, name: "Alpha", group: "Optics" },
  c: { value: 3 },
};

describe("metadata under headings", () => {
  it("is in order of names, what has no heading last", () => {
    expect(
      groupMetadata(METADATA, "").map(({ title, entries }) => [title, entries.map(([key]) => key)]),
    ).toEqual([
      ["Optics", ["a", "b"]],
      ["Other", ["c"]],
    ]);
  });

  it.each([
    ["alpha", ["a"]],
    ["SIM/MONO", ["b"]],
    ["optics", ["a", "b"]],
    ["nothing", []],
  ])("is found by %s", (words, keys) => {
    expect(groupMetadata(METADATA, words).flatMap(({ entries }) => entries.map(([key]) => key))).toEqual(
      keys,
    );
  });
});
