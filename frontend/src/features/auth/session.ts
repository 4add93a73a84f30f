import { type User, UserManager, WebStorageStateStore } from "oidc-client-ts";
import { SessionEndedError } from "@/api/problem";
import type { Config } from "@/config";
import { isOver, needsPerson, Renewal } from "./renewal";
import { OtherTabs } from "./tabs";

export const CALLBACK_PATH = "/auth/callback";
/** A token that holds no longer than this is about to run out. */
const SHORT_SECONDS = 60;
/** An identity provider that takes longer than this is away. */
const PROVIDER_SECONDS = 10;

/** The person who is signed in, as the token says. */
export interface Person {
  username: string;
  name: string;
  email?: string;
}

/** Why nobody is signed in, where that is worth saying. */
export type SignedOutReason = "otherTab" | "providerAway";

/**
 * `ended`: there was a session and it is over (expired, or closed by the identity provider); the page stays as it is
 * until the person signs in again. `stalled`: the token has run out or soon will, and the identity provider, which would
 * give another, does not answer.
 */
export type SessionState =
  | { status: "loading" }
  | { status: "signedOut"; reason?: SignedOutReason }
  | { status: "signedIn"; person: Person; stalled?: boolean }
  | { status: "ended"; person: Person };

/** Who is signed in, and their token. Signs in by the code flow with PKCE and renews by the refresh token. */
export class Session {
  private readonly manager: UserManager;
  private readonly listeners = new Set<() => void>();
  private state: SessionState = { status: "loading" };
  private renewing: Promise<User | null> | undefined;
  private readonly renewal: Renewal;
  private readonly otherTabs: OtherTabs;

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
      requestTimeoutInSeconds: PROVIDER_SECONDS,
      userStore: new WebStorageStateStore({ store: window.sessionStorage }),
    });
    this.renewal = new Renewal(
      () => this.renew(),
      () => void this.stall(),
      retryMs,
    );
    this.manager.events.addUserLoaded((user) => this.found(user));
    this.otherTabs = new OtherTabs(`${oidc.issuer} ${oidc.clientId}`, {
      signedIn: () => void this.join(),
      signedOut: () => void this.leave("otherTab"),
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): SessionState => this.state;

  /**
   * Finds the session of this tab, renewing it where its token has run out. A tab without one asks the identity provider
   * whether the browser has one already, which leaves this page for a moment.
   */
  async start(): Promise<void> {
    const user = await this.manager.getUser();
    if (user) {
      this.found(user);
      // A session that is over shows in the state; a network that is away, in whatever the page asks for next.
      if (user.expired) await this.token().catch(() => undefined);
    } else if (window.location.pathname === CALLBACK_PATH) {
      this.set({ status: "signedOut" });
    } else {
      await this.signInSilently();
    }
  }

  /** Goes to the identity provider; it brings the person back to `returnTo`, an address of this page. */
  async signIn(returnTo: string): Promise<void> {
    await this.manager.signinRedirect({ state: returnTo });
  }

  /** Takes what the identity provider answered and returns the address to go on at. */
  async completeSignIn(): Promise<string> {
    try {
      const user = await this.manager.signinRedirectCallback();
      await this.manager.clearStaleState();
      this.otherTabs.tell("signedIn");
      return localAddress(user.state);
    } catch (error) {
      // Asked whether the browser has a session, the provider says no: the page asked for shows how to sign in.
      if (needsPerson(error)) return localAddress(error.state);
      // A login that was finished before: somebody went back to it.
      if (this.state.status === "signedIn") return "/";
      throw error;
    }
  }

  /** Signs out of every tab of this browser, and of the identity provider. */
  async signOut(): Promise<void> {
    this.renewal.stop();
    this.otherTabs.tell("signedOut");
    try {
      // With the id token as hint (OpenID Connect RP-Initiated Logout 1.0), so that nobody is asked again.
      await this.manager.signoutRedirect();
    } catch {
      await this.leave("providerAway");
    }
  }

  /** Forgets a session that the identity provider has ended already. */
  async forget(): Promise<void> {
    this.otherTabs.tell("signedOut");
    await this.leave();
  }

  /** Ends what runs in the background; the session itself stays. */
  close(): void {
    this.renewal.stop();
    this.otherTabs.close();
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

  /** Signs in with the session that the browser has at the identity provider; without one, the person is signed out. */
  private async signInSilently(): Promise<void> {
    try {
      await this.manager.signinRedirect({
        prompt: "none",
        redirectMethod: "replace",
        state: currentAddress(),
      });
      // The browser is on its way: what is on the screen until then is neither signed in nor out.
      await new Promise(() => undefined);
    } catch {
      // The provider is away: the sign-in page says so to whoever presses its button.
      this.set({ status: "signedOut" });
    }
  }

  /** Follows a tab that signed in. */
  private async join(): Promise<void> {
    if (this.state.status === "signedOut" && window.location.pathname !== CALLBACK_PATH) {
      await this.signInSilently();
    }
  }

  private async leave(reason?: SignedOutReason): Promise<void> {
    this.renewal.stop();
    await this.manager.removeUser();
    this.set({ status: "signedOut", ...(reason && { reason }) });
  }

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

/** Where the browser is now, as an address of this page. */
export function currentAddress(): string {
  const { pathname, search, hash } = window.location;
  return pathname.startsWith("/auth/") ? "/" : localAddress(pathname + search + hash);
}

/** Returns an address of this page; what could be read as another site's (`//host`, `/\\host`) is none. */
function localAddress(address: unknown): string {
  return typeof address === "string" && /^\/(?![/\\])/.test(address) ? address : "/";
}

function personOf(user: User): Person {
  const { preferred_username, name, email, sub } = user.profile;
  const username = preferred_username ?? sub;
  return { username, name: name ?? username, ...(email && { email }) };
}
