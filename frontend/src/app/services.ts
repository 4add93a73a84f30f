import { createContext, useContext, useSyncExternalStore } from "react";
import type { Api } from "@/api/client";
import type { Session, SessionState } from "@/features/auth/session";
import type { Connection, ConnectionStatus } from "@/features/live/connection";

/** What the whole page shares. */
export interface Services {
  session: Session;
  api: Api;
  /** Path of the APIs, such as `/api`. */
  apiPath: string;
  connection: Connection;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error("useServices is used outside of the page");
  return services;
}

export function useSession(): SessionState {
  const { session } = useServices();
  return useSyncExternalStore(session.subscribe, session.snapshot);
}

export function useConnectionStatus(): ConnectionStatus {
  const { connection } = useServices();
  return useSyncExternalStore(connection.subscribe, connection.snapshot);
}

/** The name under which things of the person who is signed in are kept in the browser. */
export function useUsername(): string {
  const session = useSession();
  return "person" in session ? session.person.username : "";
}
