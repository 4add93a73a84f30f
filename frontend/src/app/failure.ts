import { ApiError, describeError, type Problem, SessionEndedError } from "@/api/problem";

/** What browsers say of a part of the page that cannot be loaded: mostly, a release has replaced it meanwhile. */
const MISSING_PART =
  /dynamically imported module|importing a module script failed|module script|unable to preload|loading (css )?chunk/i;

/** Returns what to tell the person in front of a page that broke off. */
export function describeFailure(error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  if (MISSING_PART.test(message)) {
    return {
      title: "This page is out of date",
      detail:
        "A part of it could not be loaded: most likely a new version was installed while the page was open. Reload the page.",
    };
  }
  if (error instanceof ApiError || error instanceof SessionEndedError) return describeError(error);
  return {
    title: "This page could not be shown",
    detail:
      "An error in the page itself stopped it. Nothing that was saved is affected. Reload the page; if that does not help, go back to the scan log.",
  };
}

/** Writes what support needs to find the cause. */
export function reportOf(id: string, error: unknown, now: Date): string {
  const { pathname, search } = window.location;
  return [
    `Report ${id}`,
    `Time: ${now.toISOString()}`,
    `Address: ${pathname}${search}`,
    ...(error instanceof ApiError && error.requestId ? [`Request: ${error.requestId}`] : []),
    `Browser: ${navigator.userAgent}`,
    "",
    error instanceof Error ? (error.stack ?? String(error)) : String(error),
  ].join("\n");
}
