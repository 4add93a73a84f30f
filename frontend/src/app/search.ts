/** Longer than any value that means something; the services refuse longer ones. */
const LONGEST_VALUE = 16_384;

/**
 * The part of the address after `?`, as plain text pairs. The router's own form wraps values in JSON
 * (`proposal="20260101"`); these addresses are read and sent around by people.
 */
export function parseSearch(text: string): Record<string, string> {
  const pairs = [...new URLSearchParams(text)];
  // Copied with `=`, a value of that name would become the prototype.
  return Object.fromEntries(pairs.filter(([name]) => name !== "__proto__"));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const pairs = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
  if (pairs.length === 0) return "";
  return `?${pairs.map(([name, value]) => `${encode(name)}=${encode(String(value))}`).join("&")}`;
}

/** Reads one value of an address; `undefined` where it means nothing. */
export type Field<Value> = (text: string) => Value | undefined;

/** How each value of an address is read, by name. */
export type Fields<Search> = { [Name in keyof Search]-?: Field<NonNullable<Search[Name]>> };

/**
 * Returns the `validateSearch` of a route. Each value is read by itself: one that means nothing is dropped, the others
 * stay, and no address is an error.
 *
 * The router lays what is returned over the raw values, so each name is in it: what is dropped is `undefined`.
 */
export function searchReader<Search extends object>(
  fields: Fields<Search>,
): (raw: Record<string, unknown>) => Partial<Search> {
  return (raw) => {
    const read: Record<string, unknown> = {};
    for (const name of Object.keys(raw)) read[name] = undefined;
    for (const [name, field] of Object.entries(fields) as [string, Field<unknown>][]) {
      const text = Object.hasOwn(raw, name) ? raw[name] : undefined;
      if (typeof text === "string" && text.length <= LONGEST_VALUE) read[name] = field(text);
    }
    return read as Partial<Search>;
  };
}

/** Text of at most so many characters, none of them a control character. */
export function textField(longest: number): Field<string> {
  return (text) => (text !== "" && text.length <= longest && !/\p{Cc}/u.test(text) ? text : undefined);
}

const MOMENT =
  /^(\d{4})-(\d{2})-(\d{2})(?:T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?$/;
const [FIRST_YEAR, LAST_YEAR] = [1900, 2200];

/**
 * A moment, ISO 8601. One with a time and no zone is the browser's and gets its zone here: services would take it for
 * UTC.
 */
export const momentField: Field<string> = (text) => {
  // Typed into an address as it is, the plus of a zone arrives as a blank.
  const moment = text.replace(/ (?=\d{2}:\d{2}$)/, "+");
  const parts = MOMENT.exec(moment);
  if (!parts) return undefined;
  const [year, month, day] = parts.slice(1, 4).map(Number) as [number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isDay || year < FIRST_YEAR || year > LAST_YEAR) return undefined;
  return parts[4] !== undefined && parts[5] === undefined ? new Date(moment).toISOString() : moment;
};

/** Commas, colons and slashes may stand in a query as they are (RFC 3986, section 3.4). */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%2F/g, "/");
}
