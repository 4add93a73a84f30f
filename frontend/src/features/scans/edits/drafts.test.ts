import { beforeEach, describe, expect, it } from "vitest";
import { Drafts } from "./drafts";

const KEY = "beamlore.drafts.ada";

describe("what is being typed", () => {
  beforeEach(() => localStorage.clear());

  it("is there again after a reload, for the same person only", () => {
    new Drafts("ada").set("1", { text: "half a sen", base: "" });
    const again = new Drafts("ada");
    expect(again.get("1")).toMatchObject({ text: "half a sen", base: "" });
    expect(again.isOpenedHere("1")).toBe(false);
    expect(new Drafts("bo").get("1")).toBeUndefined();
  });

  it("is not kept where nothing was typed yet", () => {
    new Drafts("ada").set("1", { text: "as it was", base: "as it was" });
    expect(localStorage.getItem(KEY)).toBeNull();
  });

  it("stays kept while it is being saved, and comes back where that fails", () => {
    const drafts = new Drafts("ada");
    drafts.set("1", { text: "new", base: "" });
    drafts.startSaving("1");
    expect(drafts.get("1")).toBeUndefined();
    expect(new Drafts("ada").get("1")).toMatchObject({ text: "new" });
    drafts.failedSaving("1");
    expect(drafts.get("1")).toMatchObject({ text: "new" });
    drafts.delete("1");
    expect(localStorage.getItem(KEY)).toBeNull();
  });

  it("in two tabs is kept of both", () => {
    const [one, other] = [new Drafts("ada"), new Drafts("ada")];
    one.set("1", { text: "one", base: "" });
    other.set("2", { text: "other", base: "" });
    const again = new Drafts("ada");
    expect([again.get("1")?.text, again.get("2")?.text]).toEqual(["one", "other"]);
  });

  it("in another tab shows here, and does not touch what is open here", () => {
    const drafts = new Drafts("ada");
    const stop = drafts.follow();
    drafts.set("1", { text: "mine", base: "" });
    localStorage.setItem(
      KEY,
      JSON.stringify({
        1: { text: "x", base: "", at: Date.now() },
        2: { text: "y", base: "", at: Date.now() },
      }),
    );
    window.dispatchEvent(new StorageEvent("storage", { key: KEY }));
    stop();
    expect([drafts.get("1")?.text, drafts.get("2")?.text]).toEqual(["mine", "y"]);
  });

  it.each(["{", "null", "7", '{"1":null}', '{"1":{"text":7,"base":"","at":1}}'])(
    "is nothing where %s is kept",
    (text) => {
      localStorage.setItem(KEY, text);
      expect(new Drafts("ada").get("1")).toBeUndefined();
    },
  );

  it("is forgotten after a month", () => {
    const old = Date.now() - 31 * 24 * 3_600_000;
    localStorage.setItem(KEY, JSON.stringify({ 1: { text: "old", base: "", at: old } }));
    expect(new Drafts("ada").get("1")).toBeUndefined();
  });
});
