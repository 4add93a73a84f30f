import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { EventSourceMessage } from "eventsource-parser";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ConnectionStatus } from "./connection";
import { EventStream } from "./stream";

type Handler = (request: IncomingMessage, response: ServerResponse, attempt: number) => void;

let server: Server | undefined;
let stream: EventStream | undefined;

afterEach(() => {
  stream?.close();
  server?.closeAllConnections();
  server?.close();
});

/** Opens a stream to a server that answers as `handler` says; attempts are counted from 1. */
async function open(handler: Handler, lastEventId?: string) {
  let attempts = 0;
  const asked: (string | undefined)[] = [];
  server = createServer((request, response) => {
    attempts += 1;
    asked.push(request.headers["last-event-id"] as string | undefined);
    handler(request, response, attempts);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const messages: EventSourceMessage[] = [];
  const statuses: ConnectionStatus[] = [];
  const opened: boolean[] = [];
  stream = new EventStream({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    fetch: (request) => fetch(request),
    lastEventId,
    onMessage: (message) => messages.push(message),
    onOpen: (resumed) => opened.push(resumed),
    onStatus: (status) => statuses.push(status),
  });
  return { messages, statuses, opened, asked };
}

function events(response: ServerResponse, text: string) {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(text);
}

describe("a stream of events", () => {
  it("hands on what comes", async () => {
    const seen = await open((_, response) =>
      events(response, ": heartbeat\n\nid: 7\nevent: scan\ndata: {}\n\n"),
    );
    await vi.waitFor(() => expect(seen.messages).toEqual([{ id: "7", event: "scan", data: "{}" }]));
    expect(seen.statuses).toEqual(["connecting", "live"]);
    expect(seen.opened).toEqual([false]);
  });

  it("goes on where it was when the connection breaks", async () => {
    const seen = await open((_, response, attempt) => {
      events(response, `id: ${attempt}\ndata: x\n\n`);
      if (attempt === 1) setTimeout(() => response.destroy(), 50);
    });
    await vi.waitFor(() => expect(seen.messages.map(({ id }) => id)).toEqual(["1", "2"]), { timeout: 5000 });
    expect(seen.asked).toEqual([undefined, "1"]);
    expect(seen.opened).toEqual([false, true]);
    expect(seen.statuses).toEqual(["connecting", "live", "reconnecting", "live"]);
  });

  it("comes back when it is told to, and is live all the while, when the service's process ends", async () => {
    const seen = await open((_, response, attempt) => {
      events(response, `id: ${attempt}\ndata: x\n\n`);
      if (attempt === 1) setTimeout(() => response.end("retry: 300\n: another process goes on\n\n"), 20);
    });
    await vi.waitFor(() => expect(seen.asked).toEqual([undefined, "1"]), { timeout: 3000 });
    await vi.waitFor(() => expect(seen.messages).toHaveLength(2));
    expect(seen.statuses).not.toContain("reconnecting");
  });

  it("says so where too many are open, and goes on when the service said to try again", async () => {
    const seen = await open((_, response, attempt) => {
      if (attempt === 1) response.writeHead(429, { "Retry-After": "0.05" }).end();
      else events(response, "id: 1\ndata: x\n\n");
    });
    await vi.waitFor(() => expect(seen.messages).toHaveLength(1), { timeout: 5000 });
    expect(seen.statuses).toEqual(["connecting", "crowded", "live"]);
  });

  it("keeps trying while the service is away", async () => {
    const seen = await open((_, response, attempt) => {
      if (attempt < 3) response.writeHead(503).end();
      else events(response, "data: back\n\n");
    });
    await vi.waitFor(() => expect(seen.messages.map(({ data }) => data)).toEqual(["back"]), {
      timeout: 8000,
    });
    expect(seen.asked).toHaveLength(3);
  }, 10_000);

  it("begins where an earlier stream ended", async () => {
    const seen = await open((_, response) => events(response, "data: x\n\n"), "41");
    await vi.waitFor(() => expect(seen.opened).toEqual([true]));
    expect(seen.asked).toEqual(["41"]);
  });

  it("asks no more once it is closed", async () => {
    const seen = await open((_, response) => events(response, "data: x\n\n"));
    await vi.waitFor(() => expect(seen.messages).toHaveLength(1));
    stream?.close();
    await vi.waitFor(() => expect(server?.listening).toBe(true));
    expect(seen.asked).toHaveLength(1);
    expect(seen.statuses.at(-1)).toBe("live");
  });
});
