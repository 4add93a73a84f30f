import { createApi } from "@/api/client";
import { loadConfig } from "@/config";
import { Session } from "@/features/auth/session";
import { Connection } from "@/features/live/connection";
import type { Services } from "./services";

/** Reads the settings and finds the session. */
export async function startServices(): Promise<Services> {
  const config = await loadConfig();
  const session = new Session(config.oidc);
  await session.start();
  return {
    session,
    api: createApi(config.api, session.fetch),
    apiPath: config.api,
    connection: new Connection(),
  };
}
