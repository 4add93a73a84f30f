import { describe, expect, it } from "vitest";
import { ApiError, SessionEndedError } from "@/api/problem";
import { describeFailure, reportOf } from "./failure";

const problem = { title: "Not Found", detail: "there is no such thing" };

describe("a page that broke off", () => {
  it.each([
    [
      new TypeError("Failed to fetch dynamically imported module: http://x/assets/a.js"),
      "This page is out of date",
    ],
    [new TypeError("error loading dynamically imported module"), "This page is out of date"],
    [new Error("Importing a module script failed."), "This page is out of date"],
    [new Error("Unable to preload CSS for /assets/a.css"), "This page is out of date"],
    [new TypeError("Cannot read properties of undefined"), "This page could not be shown"],
    [new ApiError(404, problem), "Not found"],
    [new ApiError(503, problem), "The catalogue does not answer at the moment"],
    [new SessionEndedError(), "Signed out"],
    ["odd", "This page could not be shown"],
    [undefined, "This page could not be shown"],
  ])("by %s says %s", (error, title) => {
    expect(describeFailure(error).title).toBe(title);
  });

  it("has a report with the request's id", () => {
    const report = reportOf("1a2b", new ApiError(503, problem, { requestId: "abc-1" }), new Date(0));
    expect(report).toContain("Report 1a2b");
    expect(report).toContain("Time: 1970-01-01T00:00:00.000Z");
    expect(report).toContain("Request: abc-1");
    expect(report).toContain("there is no such thing");
  });
});
