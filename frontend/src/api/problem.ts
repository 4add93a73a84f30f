/** What went wrong, in words for the user. */
export interface Problem {
  title: string;
  detail: string;
}

/** An answer of a service that is not a success (RFC 9457 problem details). */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem;
  /** What the service's log has the request under. */
  readonly requestId: string | undefined;
  /** The answer's body, as it came. */
  readonly body: unknown;

  constructor(
    status: number,
    problem: Problem,
    { requestId, body }: { requestId?: string; body?: unknown } = {},
  ) {
    super(`${problem.title}: ${problem.detail}`);
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
    this.requestId = requestId;
    this.body = body;
  }
}

/** The user's session is over: nothing more can be asked before the next login. */
export class SessionEndedError extends Error {
  constructor() {
    super("Your session has ended. Sign in again to go on.");
    this.name = "SessionEndedError";
  }
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * Returns the data of an answer of the API client.
 *
 * @throws ApiError where the answer is not a success.
 */
export async function unwrap<T>(request: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await request;
  if (!response.ok || data === undefined) {
    const requestId = response.headers.get("X-Request-ID");
    throw new ApiError(response.status, problemOf(error, response), {
      body: error,
      ...(requestId && { requestId }),
    });
  }
  return data;
}

/** Returns what to tell the user of an error, whatever its kind. */
export function describeError(error: unknown): Problem {
  if (error instanceof ApiError) {
    if (error.status === 403) return { ...error.problem, title: "You may not do this" };
    if (error.status === 404) return { ...error.problem, title: "Not found" };
    if ([502, 503, 504].includes(error.status)) {
      return { ...error.problem, title: "The catalogue does not answer at the moment" };
    }
    return error.problem;
  }
  if (error instanceof SessionEndedError) return { title: "Signed out", detail: error.message };
  if (error instanceof TypeError) {
    return {
      title: "The catalogue cannot be reached",
      detail: "Check the network connection. The page tries again by itself.",
    };
  }
  return { title: "Something went wrong", detail: error instanceof Error ? error.message : String(error) };
}

/** Tells whether asking again may help: the network, or a service that is away for a moment. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ApiError) return error.status >= 500 || error.status === 429;
  return error instanceof TypeError;
}

function problemOf(body: unknown, response: Response): Problem {
  const fallback = {
    title: `HTTP ${response.status}`,
    detail: response.statusText || "No reason was given.",
  };
  if (typeof body !== "object" || body === null) return fallback;
  const { title, detail } = body as { title?: unknown; detail?: unknown };
  return {
    title: typeof title === "string" && title ? title : fallback.title,
    detail: typeof detail === "string" && detail ? detail : fallback.detail,
  };
}
