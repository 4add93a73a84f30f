import { beforeEach, describe, expect, it } from "vitest";
import { readColumns, writeColumns } from "./storage";

describe("kept columns", () => {
  beforeEach(() => localStorage.clear());

  it("are each person's own", () => {
    writeColumns("ada", { columns: "start,number", widths: { start: 200 } });
    expect(readColumns("ada")).toEqual({ columns: "start,number", widths: { start: 200 } });
    expect(readColumns("bo")).toEqual({ widths: {} });
  });

  it.each(["{", "null", "[]", '{"columns":7,"widths":{"start":"wide"}}', '{"widths":null}'])(
    "are none where %s is kept",
    (text) => {
      localStorage.setItem("beamlore.scan-log.ada", text);
      expect(readColumns("ada")).toEqual({ widths: {} });
    },
  );
});
