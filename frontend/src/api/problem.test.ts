import { describe, expect, it } from "vitest";
import { ApiError, describeError, isTransient, SessionEndedError, unwrap } from "./problem";

const problem = { title: "Not Found", detail: "there is no scan 1 that you may see" };

describe("answers of a service", () => {
  it("are their data where they succeed", async () => {
    expect(await unwrap(Promise.resolve({ data: 1, response: new Response() }))).toBe(1);
  });

  it("are named errors with what the service says where they fail", async () => {
    const answer = { error: problem, response: new Response(null, { status: 404 }) };
    await expect(unwrap(Promise.resolve(answer))).rejects.toMatchObject({ status: 404, problem });
  });

  it.each([undefined, "<html>", {}, { title: 7 }])(
    "are told by their status where they say %j",
    async (error) => {
      const answer = { error, response: new Response(null, { status: 502, statusText: "Bad Gateway" }) };
      await expect(unwrap(Promise.resolve(answer))).rejects.toMatchObject({
        problem: { title: "HTTP 502", detail: "Bad Gateway" },
      });
    },
  );
});

describe("errors in words", () => {
  it.each([
    [new ApiError(403, problem), "You may not do this"],
    [new ApiError(503, problem), "The catalogue does not answer at the moment"],
    [new ApiError(400, problem), "Not Found"],
    [new TypeError("Failed to fetch"), "The catalogue cannot be reached"],
    [new SessionEndedError(), "Signed out"],
    ["odd", "Something went wrong"],
  ])("%s", (error, title) => {
    expect(describeError(error).title).toBe(title);
  });

  it("are worth another try where the service or the network was away", () => {
    expect(
      [new ApiError(503, problem), new ApiError(429, problem), new TypeError("x")].map(isTransient),
    ).toEqual([true, true, true]);
    expect([new ApiError(404, problem), new SessionEndedError()].map(isTransient)).toEqual([false, false]);
  });
});
