/**
 * The part of the address after `?`, as plain text pairs. The router's own form wraps values in JSON
 * (`proposal="20260101"`); these addresses are read and sent around by people.
 */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const pairs = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
  if (pairs.length === 0) return "";
  return `?${pairs.map(([name, value]) => `${encode(name)}=${encode(String(value))}`).join("&")}`;
}

/** Commas, colons and slashes may stand in a query as they are (RFC 3986, section 3.4). */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%2F/g, "/");
}
