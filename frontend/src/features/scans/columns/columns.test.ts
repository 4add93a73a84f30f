import { describe, expect, it } from "vitest";
import {
  addColumn,
  type ColumnId,
  DEFAULT_COLUMNS,
  formatColumns,
  isDefault,
  metadataKeys,
  moveColumn,
  parseColumns,
  removeColumn,
  resolveColumns,
} from "./columns";

describe("columns in the address", () => {
  it("come back as they were written, whatever stands in a key", () => {
    const columns: ColumnId[] = [
      "start",
      "m.mono_energy",
      "m.a,b",
      "m.50%",
      "m.a%2Cb",
      "m.nested.key",
      "rating",
    ];
    expect(parseColumns(formatColumns(columns))).toEqual(columns);
  });

  it("drop what no column is, and doubles", () => {
    expect(parseColumns("start,nonsense,m.,start,m.energy")).toEqual(["start", "m.energy"]);
  });

  it.each([undefined, "", "nonsense", ","])("are none in %j", (text) => {
    expect(parseColumns(text)).toBeUndefined();
  });

  it("win over what was kept, that over the usual columns", () => {
    expect(resolveColumns("start,m.energy", "number")).toEqual(["start", "m.energy"]);
    expect(resolveColumns(undefined, "number")).toEqual(["number"]);
    expect(resolveColumns(undefined, undefined)).toBe(DEFAULT_COLUMNS);
    expect(resolveColumns("nonsense", "number")).toEqual(["number"]);
  });
});

describe("changing columns", () => {
  it("adds a parameter before comment, rating and files", () => {
    const columns = addColumn(DEFAULT_COLUMNS, "m.energy");
    expect(columns.indexOf("m.energy")).toBe(columns.indexOf("comment") - 1);
  });

  it("adds a hidden standard column where it usually stands", () => {
    const without = removeColumn(DEFAULT_COLUMNS, "proposal");
    expect(addColumn(without, "proposal")).toEqual(DEFAULT_COLUMNS);
  });

  it("adds at the end when nothing of what follows is shown", () => {
    expect(addColumn(["start"], "files")).toEqual(["start", "files"]);
  });

  it("does not add a column twice", () => {
    expect(addColumn(["start", "m.energy"], "m.energy")).toEqual(["start", "m.energy"]);
  });

  it("keeps the last column", () => {
    expect(removeColumn(["start"], "start")).toEqual(["start"]);
  });

  it("moves a column to the place of another, in both directions", () => {
    const columns: ColumnId[] = ["start", "number", "name", "state"];
    expect(moveColumn(columns, "start", "name")).toEqual(["number", "name", "start", "state"]);
    expect(moveColumn(columns, "state", "number")).toEqual(["start", "state", "number", "name"]);
  });

  it("knows the usual columns in their order, and only then", () => {
    expect(isDefault(DEFAULT_COLUMNS)).toBe(true);
    expect(isDefault(moveColumn(DEFAULT_COLUMNS, "start", "state"))).toBe(false);
  });

  it("asks for metadata keys in one order, however the columns stand", () => {
    expect(metadataKeys(["m.b", "start", "m.a"])).toEqual(metadataKeys(["m.a", "m.b"]));
  });
});
