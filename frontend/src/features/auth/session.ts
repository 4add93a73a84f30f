import { type User, UserManager, WebStorageStateStore } from "oidc-client-ts";
import { SessionEndedError } from "@/api/problem";
import type { Config } from "@/config";
import { isOver, Renewal } from "./renewal";

export const CALLBACK_PATH = "/auth/callback";
/** A token that holds no longer than this is about to run out. */
const SHORT_SECONDS = 60;

/** The person who is signed in, as the token says. */
export interface Person {
  username: string;
  name: string;
  email?: string;
}

/**
 * `ended`: there was a session and it is over (expired, or closed by the identity provider); the page stays as it is
 * until the person signs in again. `stalled`: the token has run out or soon will, and the identity provider, which would
 * give another, does not answer.
 */
export type SessionState =
  | { status: "loading" }
  | { status: "signedOut" }
  | { status: "signedIn"; person: Person; stalled?: boolean }
  | { status: "ended"; person: Person };

/** Who is signed in, and their token. Signs in by the code flow with PKCE and renews by the refresh token. */
export class Session {
  private readonly manager: UserManager;
  private readonly listeners = new Set<() => void>();
  private state: SessionState = { status: "loading" };
  private renewing: Promise<User | null> | undefined;
  private readonly renewal: Renewal;

  constructor(oidc: Config["oidc"], retryMs?: number) {
    const origin = window.location.origin;
    this.manager = new UserManager({
      authority: oidc.issuer,
      client_id: oidc.clientId,
      redirect_uri: origin + CALLBACK_PATH,
      post_logout_redirect_uri: `${origin}/`,
      response_type: "code",
      scope: "openid profile email",
      automaticSilentRenew: false,
      userStore: new WebStorageStateStore({ store: window.sessionStorage }),
    });
    this.renewal = new Renewal(
      () => this.renew(),
      () => void this.stall(),
      retryMs,
    );
    this.manager.events.addUserLoaded((user) => this.found(user));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): SessionState => this.state;

  /** Finds the session of this tab, renewing it where its token has run out. */
  async start(): Promise<void> {
    const user = await this.manager.getUser();
    if (!user) return this.set({ status: "signedOut" });
    this.found(user);
    // A session that is over shows in the state; a network that is away, in whatever the page asks for next.
    if (user.expired) await this.token().catch(() => undefined);
  }

  /** Goes to the identity provider; it brings the person back to `returnTo`, an address of this page. */
  async signIn(returnTo: string): Promise<void> {
    await this.manager.signinRedirect({ state: returnTo });
  }

  /** Takes what the identity provider answered and returns the address to go on at. */
  async completeSignIn(): Promise<string> {
    const user = await this.manager.signinRedirectCallback();
    await this.manager.clearStaleState();
    return typeof user.state === "string" ? user.state : "/";
  }

  async signOut(): Promise<void> {
    await this.manager.signoutRedirect();
  }

  /** Forgets a session that the identity provider has ended already. */
  async forget(): Promise<void> {
    this.renewal.stop();
    await this.manager.removeUser();
    this.set({ status: "signedOut" });
  }

  /**
   * Returns a token that is valid now.
   *
   * @param renew ask for a new one even if the present one has not run out.
   * @throws SessionEndedError where the identity provider gives no more; any other error is the network's.
   */
  async token(renew = false): Promise<string> {
    const user = await this.manager.getUser();
    if (user && !renew && (user.expires_in ?? 0) > 5) return user.access_token;
    if (!user?.refresh_token) return this.end();
    return (await this.renew()).access_token;
  }

  /** `fetch` with the person's token; one renewal where the service refuses it. */
  readonly fetch = async (request: Request): Promise<Response> => {
    const send = async (renew: boolean) => {
      const authorized = new Request(request.clone());
      authorized.headers.set("Authorization", `Bearer ${await this.token(renew)}`);
      return fetch(authorized);
    };
    const first = await send(false);
    if (first.status !== 401) return first;
    const second = await send(true);
    return second.status === 401 ? this.end() : second;
  };

  private async renew(): Promise<User> {
    this.renewing ??= this.manager.signinSilent().finally(() => {
      this.renewing = undefined;
    });
    try {
      return (await this.renewing) ?? this.end();
    } catch (error) {
      if (isOver(error)) return this.end();
      throw error;
    }
  }

  private found(user: User): void {
    this.renewal.plan(user.expires_in ?? 0);
    this.set({ status: "signedIn", person: personOf(user) });
  }

  private async stall(): Promise<void> {
    const user = await this.manager.getUser();
    if (this.state.status !== "signedIn" || (user?.expires_in ?? 0) > SHORT_SECONDS) return;
    this.set({ ...this.state, stalled: true });
  }

  private end(): never {
    this.renewal.stop();
    if (this.state.status === "signedIn") this.set({ status: "ended", person: this.state.person });
    throw new SessionEndedError();
  }

  private set(state: SessionState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

function personOf(user: User): Person {
  const { preferred_username, name, email, sub } = user.profile;
  const username = preferred_username ?? sub;
  return { username, name: name ?? username, ...(email && { email }) };
}
