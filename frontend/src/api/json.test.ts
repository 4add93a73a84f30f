import { describe, expect, it } from "vitest";
import { parseJson, withExactIntegers } from "./json";

describe("parseJson", () => {
  it("keeps integers beyond 2^53 digit for digit", () => {
    const json =
      '{"a":9007199254740993,"b":[-9223372036854775808,1],"c":18446744073709551615,"d":9007199254740991}';
    expect(parseJson(json)).toEqual({
      a: "9007199254740993",
      b: ["-9223372036854775808", 1],
      c: "18446744073709551615",
      d: 9007199254740991,
    });
  });

  it("leaves text, decimals and exponents alone", () => {
    const json =
      '{"12345678901234567890":"x 12345678901234567890","q":"\\"12345678901234567890","e":1.5000000000000000000e20}';
    expect(parseJson(json)).toEqual({
      "12345678901234567890": "x 12345678901234567890",
      q: '"12345678901234567890',
      e: 1.5e20,
    });
  });

  it("reads names that objects inherit as any other", () => {
    const found = parseJson('{"__proto__":{"value":12345678901234567890}}') as object;
    expect(Object.getOwnPropertyNames(found)).toEqual(["__proto__"]);
  });
});

describe("withExactIntegers", () => {
  it("rewrites JSON and leaves other answers", async () => {
    const json = new Response('{"a":9007199254740993}', {
      headers: { "content-type": "application/problem+json" },
    });
    expect(await (await withExactIntegers(json)).json()).toEqual({ a: "9007199254740993" });
    const text = new Response("9007199254740993", { headers: { "content-type": "text/plain" } });
    expect(await withExactIntegers(text)).toBe(text);
  });
});
