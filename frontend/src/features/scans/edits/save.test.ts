import createClient from "openapi-fetch";
import { describe, expect, it } from "vitest";
import type { Api, Scan } from "@/api/client";
import { ApiError } from "@/api/problem";
import { scanAt } from "@/test/scans";
import { ConflictError, mergeTexts, saveEdit } from "./save";

/** A catalogue that holds one scan, and changes it by itself before it answers, as often as there are changes. */
function catalogue(stored: Scan, changes: Partial<Scan>[] = []) {
  let scan = stored;
  let asked = 0;
  const answer = (status: number, body: unknown) =>
    new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  const api: Api = createClient({
    baseUrl: "http://127.0.0.1",
    fetch: async (request) => {
      asked += 1;
      scan = { ...scan, ...changes.shift() };
      if (request.headers.get("If-Match") !== `"${scan.version}"`) {
        return answer(412, { title: "Precondition Failed", status: 412, detail: "changed", current: scan });
      }
      scan = { ...scan, ...((await request.json()) as Partial<Scan>), version: scan.version + 1 };
      return answer(200, scan);
    },
  });
  return { api, asked: () => asked, stored: () => scan };
}

const scan = scanAt(1, { version: 5, comment: "first" });
const edit = { scan, field: "comment" as const, value: "mine", base: "first" };

describe("a change of a scan", () => {
  it("is saved at once where nobody changed the scan", async () => {
    const { api, asked } = catalogue(scan);
    expect(await saveEdit(api, edit)).toMatchObject({ comment: "mine", version: 6 });
    expect(asked()).toBe(1);
  });

  it("is saved beside what else changed of the scan meanwhile", async () => {
    const changes = [
      { version: 7, points: 3 },
      { version: 9, points: 4 },
      { version: 11, rating: 2 },
    ];
    const { api, asked, stored } = catalogue(scan, changes);
    await saveEdit(api, edit);
    expect(stored()).toMatchObject({ comment: "mine", points: 4, rating: 2 });
    expect(asked()).toBe(4);
  });

  it("is a conflict where somebody changed the same, and nothing is overwritten", async () => {
    const { api, stored } = catalogue(scan, [{ version: 6, comment: "theirs" }]);
    const error = await saveEdit(api, edit).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({ edit, current: { comment: "theirs", version: 6 } });
    expect(stored().comment).toBe("theirs");
  });

  it("is a conflict without asking where the other's change is on the screen already", async () => {
    const { api, asked } = catalogue(scan);
    const seen = { ...edit, scan: { ...scan, comment: "theirs", version: 6 } };
    await expect(saveEdit(api, seen)).rejects.toBeInstanceOf(ConflictError);
    expect(asked()).toBe(0);
  });

  it("is done where somebody else wrote the very same", async () => {
    const { api } = catalogue(scan, [{ version: 6, comment: "mine" }]);
    expect(await saveEdit(api, edit)).toMatchObject({ comment: "mine", version: 6 });
  });

  it("takes none and empty for the same", async () => {
    const bare = scanAt(1, { version: 5 });
    const { api } = catalogue(bare, [{ version: 6, points: 1 }]);
    expect(await saveEdit(api, { scan: bare, field: "comment", value: "mine", base: "" })).toMatchObject({
      comment: "mine",
    });
  });

  it("is given up where the scan never holds still", async () => {
    const changes = Array.from({ length: 50 }, (_, index) => ({ version: 10 + 2 * index }));
    const { api } = catalogue(scan, changes);
    await expect(saveEdit(api, edit)).rejects.toBeInstanceOf(ApiError);
  });
});

describe("two texts in one", () => {
  it.each([
    ["good", "good, tilted", "good; redo", "good, tilted; redo"],
    ["", "theirs", "mine", "theirs / mine"],
    ["old", "theirs", "mine", "theirs / mine"],
    ["old", "", "mine", "mine"],
    ["old", "theirs", "", "theirs"],
    ["old", "all of mine", "mine", "all of mine"],
  ])("of %j: %j and %j are %j", (base, theirs, mine, merged) => {
    expect(mergeTexts(base, theirs, mine)).toBe(merged);
  });
});
