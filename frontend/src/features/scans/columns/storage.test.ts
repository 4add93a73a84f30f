import { beforeEach, describe, expect, it, vi } from "vitest";
import { changeColumns, followColumns, readColumns } from "./storage";

const NOTHING = { widths: {} };

describe("kept columns", () => {
  beforeEach(() => localStorage.clear());

  it("are each person's own", () => {
    changeColumns("ada", NOTHING, { columns: "start,number", widths: { start: 200 } });
    expect(readColumns("ada")).toEqual({ columns: "start,number", widths: { start: 200 } });
    expect(readColumns("bo")).toEqual(NOTHING);
  });

  it("of two tabs are brought together: neither takes away what the other changed", () => {
    const before = changeColumns("ada", NOTHING, {
      columns: "start,number",
      widths: { start: 200, number: 60 },
    });
    changeColumns("ada", before, { ...before, columns: "number,start" });
    changeColumns("ada", before, { ...before, widths: { start: 300, number: 60 } });
    const kept = changeColumns("ada", before, { ...before, widths: { start: 200 } });
    expect(kept).toEqual({ columns: "number,start", widths: { start: 300 } });
    expect(readColumns("ada")).toEqual(kept);
  });

  it("are followed by other tabs of the same person", () => {
    const changed = vi.fn();
    const stop = followColumns("ada", changed);
    window.dispatchEvent(new StorageEvent("storage", { key: "beamlore.scan-log.bo" }));
    expect(changed).not.toHaveBeenCalled();
    window.dispatchEvent(new StorageEvent("storage", { key: "beamlore.scan-log.ada" }));
    stop();
    window.dispatchEvent(new StorageEvent("storage", { key: "beamlore.scan-log.ada" }));
    expect(changed).toHaveBeenCalledOnce();
  });

  it.each(["{", "null", "[]", '{"columns":7,"widths":{"start":"wide"}}', '{"widths":null}'])(
    "are none where %s is kept",
    (text) => {
      localStorage.setItem("beamlore.scan-log.ada", text);
      expect(readColumns("ada")).toEqual(NOTHING);
    },
  );
});
