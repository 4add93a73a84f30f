import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { User } from "oidc-client-ts";
import { afterEach, describe, expect, it, vi } from "vitest";
import { SessionEndedError } from "@/api/problem";
import { Session } from "./session";

let server: Server | undefined;
let session: Session | undefined;

afterEach(async () => {
  session?.close();
  server?.closeAllConnections();
  server?.close();
  sessionStorage.clear();
});

/** Finds a session whose token holds for so many seconds, at an identity provider that answers renewals like this. */
async function found(seconds: number, renew: (response: ServerResponse, attempt: number) => void) {
  let attempts = 0;
  server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    response.setHeader("access-control-allow-origin", "*");
    if (request.url?.endsWith("/openid-configuration")) {
      response.end(JSON.stringify({ issuer, token_endpoint: `${issuer}/token` }));
      return;
    }
    attempts += 1;
    renew(response, attempts);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const user = new User({
    access_token: "first",
    refresh_token: "refresh",
    token_type: "Bearer",
    profile: { sub: "1", iss: issuer, aud: "web", exp: 0, iat: 0, preferred_username: "ada" },
    expires_at: Math.floor(Date.now() / 1000) + seconds,
  });
  sessionStorage.setItem(`oidc.user:${issuer}:web`, user.toStorageString());
  session = new Session({ issuer, clientId: "web" }, 100);
  await session.start();
  return { session, attempts: () => attempts };
}

const renewed = (response: ServerResponse) =>
  response.end(JSON.stringify({ access_token: "second", token_type: "Bearer", expires_in: 900 }));
const away = (response: ServerResponse) => response.writeHead(503).end(JSON.stringify({ status: 503 }));

describe("a session", () => {
  it("renews its token before it runs out", async () => {
    const { session } = await found(2, renewed);
    await vi.waitFor(async () => expect(await session.token()).toBe("second"), { timeout: 3000 });
  });

  it("keeps the token that holds while the identity provider is away, and says nothing of it", async () => {
    const { session, attempts } = await found(900, away);
    await expect(session.token(true)).rejects.toThrow();
    expect(await session.token()).toBe("first");
    expect(attempts()).toBe(1);
    expect(session.snapshot()).toEqual({ status: "signedIn", person: { username: "ada", name: "ada" } });
  });

  it("says that it is stalled when its token runs out meanwhile, and goes on when the provider is back", async () => {
    const { session, attempts } = await found(1, (response, attempt) =>
      attempt < 4 ? away(response) : renewed(response),
    );
    await vi.waitFor(() => expect(session.snapshot()).toMatchObject({ status: "signedIn", stalled: true }), {
      timeout: 3000,
    });
    await vi.waitFor(async () => expect(await session.token()).toBe("second"), { timeout: 5000 });
    expect(attempts()).toBeGreaterThanOrEqual(4);
    expect(session.snapshot()).not.toHaveProperty("stalled");
  });

  it("does not end by an error of the provider itself", async () => {
    const { session } = await found(1, (response) =>
      response.writeHead(500).end(JSON.stringify({ error: "unknown_error" })),
    );
    await expect(session.token()).rejects.not.toBeInstanceOf(SessionEndedError);
    expect(session.snapshot()).toMatchObject({ status: "signedIn" });
  });

  it("ends when the provider says that it is over", async () => {
    const { session } = await found(1, (response) =>
      response.writeHead(400).end(JSON.stringify({ error: "invalid_grant" })),
    );
    await expect(session.token()).rejects.toBeInstanceOf(SessionEndedError);
    expect(session.snapshot()).toMatchObject({ status: "ended" });
  });
});
