const LITERAL = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_INTEGER = /^-?\d{16,}$/;

/**
 * Returns JSON in which each integer that a double cannot hold is text, so that it is shown as it was recorded.
 *
 * JavaScript reads numbers as doubles (ECMA-262, 25.5.1): 9007199254740993 would become 9007199254740992.
 */
export function keepIntegers(json: string): string {
  if (!/\d{16}/.test(json)) return json;
  return json.replace(LITERAL, (literal) =>
    LONG_INTEGER.test(literal) && !Number.isSafeInteger(Number(literal)) ? `"${literal}"` : literal,
  );
}

/** Parses JSON; integers that a double cannot hold become text. */
export function parseJson(json: string): unknown {
  return JSON.parse(keepIntegers(json));
}

/** Returns an answer whose integers are all read exactly; one that is no JSON as it is. */
export async function withExactIntegers(response: Response): Promise<Response> {
  if (!response.body || !response.headers.get("content-type")?.includes("json")) return response;
  const { status, statusText, headers } = response;
  return new Response(keepIntegers(await response.text()), { status, statusText, headers });
}
