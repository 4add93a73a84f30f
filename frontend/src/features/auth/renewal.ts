import { ErrorResponse } from "oidc-client-ts";
import { SessionEndedError } from "@/api/problem";

/** After a renewal that failed, the next is tried this much later. */
const RETRY_MS = 15_000;
const SHORTEST_MS = 1_000;
/** What the identity provider says when a session is over; anything else is a fault of the moment. */
const OVER = new Set(["invalid_grant", "invalid_token", "login_required", "interaction_required"]);

/** What it says to a page that asks without anybody being asked (`prompt=none`; OpenID Connect Core, 3.1.2.6). */
const NEEDS_A_PERSON = new Set([
  "login_required",
  "interaction_required",
  "consent_required",
  "account_selection_required",
]);

/** Whether a silent login failed because the browser has no session, or the provider wants to ask something. */
export function needsPerson(error: unknown): error is ErrorResponse {
  return error instanceof ErrorResponse && NEEDS_A_PERSON.has(error.error ?? "");
}

/** Whether a renewal failed because the session is over, and not because the identity provider is away or unwell. */
export function isOver(error: unknown): boolean {
  return error instanceof ErrorResponse && OVER.has(error.error ?? "");
}

/**
 * Renews a token when half of its life is over, and goes on trying: an identity provider that is away for less than the
 * other half is noticed by nobody.
 */
export class Renewal {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly renew: () => Promise<unknown>;
  private readonly onFailure: () => void;
  private readonly retryMs: number;

  /**
   * @param renew renews the token; whoever succeeds calls `plan`.
   * @param onFailure told of each time it failed for a reason of the moment.
   */
  constructor(renew: () => Promise<unknown>, onFailure: () => void, retryMs = RETRY_MS) {
    this.renew = renew;
    this.onFailure = onFailure;
    this.retryMs = retryMs;
  }

  /** Plans the renewal of a token that holds for so many seconds. */
  plan(seconds: number): void {
    this.after(Math.max((seconds * 1000) / 2, SHORTEST_MS));
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private after(delay: number): void {
    this.stop();
    this.timer = setTimeout(() => void this.attempt(), delay);
  }

  private async attempt(): Promise<void> {
    try {
      await this.renew();
    } catch (error) {
      if (error instanceof SessionEndedError) return;
      this.onFailure();
      this.after(this.retryMs);
    }
  }
}
