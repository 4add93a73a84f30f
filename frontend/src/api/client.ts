import createClient, { type Client } from "openapi-fetch";
import { withExactIntegers } from "./json";
import type { components, paths } from "./schema";

export type Api = Client<paths>;
export type Scan = components["schemas"]["Scan"];
export type ScanMetadata = components["schemas"]["ScanMetadata"];
export type ScanPage = components["schemas"]["ScanPage"];
export type ScanPatch = components["schemas"]["ScanPatch"];
export type ScanState = Scan["state"];
export type Parameter = components["schemas"]["Parameter"];
export type ProposalSummary = components["schemas"]["ProposalSummary"];

/** Where the catalogue sends changes of scans. */
export const EVENTS_PATH = "/beamlore/v1/events";

/**
 * Returns the typed client of the catalogue.
 *
 * @param apiPath path of the APIs (`/api`); the paths of the client hold it already, so only what stands before it is added.
 * @param authorizedFetch `fetch` that adds the user's token.
 */
export function createApi(apiPath: string, authorizedFetch: (request: Request) => Promise<Response>): Api {
  return createClient<paths>({
    baseUrl: new URL(apiPath.replace(/\/api\/?$/, "") || "/", window.location.origin).href,
    fetch: async (request) => withExactIntegers(await authorizedFetch(request)),
  });
}
