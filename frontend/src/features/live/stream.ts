import { type EventSourceMessage, EventSourceParserStream } from "eventsource-parser/stream";
import { SessionEndedError } from "@/api/problem";
import type { ConnectionStatus } from "./connection";

/** The service sends a comment every 10 s; silence for longer than this means the connection is dead. */
const SILENCE_MS = 25_000;
/** A connection that ends sooner than this after it was opened counts as failed. */
const TOO_SHORT_MS = 1000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;

const CROWDED_MS = 30_000;

/** The person, or the service, has as many streams open as there may be. */
class TooManyStreamsError extends Error {
  readonly retryMs: number;

  constructor(retryAfter: string | null) {
    super("Too many live connections are open.");
    const seconds = Number(retryAfter);
    this.retryMs = seconds > 0 ? seconds * 1000 : CROWDED_MS;
  }
}

export interface EventStreamOptions {
  url: string;
  fetch: (request: Request) => Promise<Response>;
  /** The place to go on from; none: from now on. */
  lastEventId?: string | undefined;
  onMessage: (message: EventSourceMessage) => void;
  /** `resumed`: nothing was missed since the last event. */
  onOpen: (resumed: boolean) => void;
  onStatus: (status: ConnectionStatus) => void;
}

/**
 * Reads server-sent events and stays connected until `close`.
 *
 * Not the browser's `EventSource`: that sends no Authorization header, and gives up for good at an answer such as 503.
 * An end that the service chose (the token ran out) is followed by a new connection at once, or, where its process ends,
 * when it said (`retry`), with another; a failure by growing pauses.
 */
export class EventStream {
  lastEventId: string | undefined;
  private readonly options: EventStreamOptions;
  private readonly closing = new AbortController();
  private attempt: AbortController | undefined;
  private wake: (() => void) | undefined;
  private failures = 0;
  private comeBackMs = 0;

  constructor(options: EventStreamOptions) {
    this.options = options;
    this.lastEventId = options.lastEventId;
    const { signal } = this.closing;
    window.addEventListener("online", () => this.wake?.(), { signal });
    window.addEventListener("offline", () => this.attempt?.abort(), { signal });
    void this.run();
  }

  close(): void {
    this.closing.abort();
    this.attempt?.abort();
    this.wake?.();
  }

  private async run(): Promise<void> {
    this.options.onStatus(navigator.onLine ? "connecting" : "offline");
    while (!this.closing.signal.aborted) {
      try {
        await this.readOnce();
      } catch (error) {
        // The page asks to sign in again; that begins anew.
        if (error instanceof SessionEndedError) return this.options.onStatus("idle");
        if (error instanceof TooManyStreamsError && !this.closing.signal.aborted) {
          this.options.onStatus("crowded");
          await this.pause(error.retryMs * (1 + Math.random() / 2));
          continue;
        }
        this.failures += 1;
      }
      if (this.closing.signal.aborted) return;
      if (this.failures > 0 || !navigator.onLine) {
        this.options.onStatus(navigator.onLine ? "reconnecting" : "offline");
        await this.pause(this.longestMs() * (0.5 + Math.random() / 2));
      } else if (this.comeBackMs > 0) {
        await this.pause(this.comeBackMs);
      }
    }
  }

  private async readOnce(): Promise<void> {
    this.comeBackMs = 0;
    const attempt = new AbortController();
    this.attempt = attempt;
    const headers = new Headers({ Accept: "text/event-stream" });
    if (this.lastEventId !== undefined) headers.set("Last-Event-ID", this.lastEventId);
    let watchdog = setTimeout(() => attempt.abort(), SILENCE_MS);
    try {
      const response = await this.options.fetch(
        new Request(new URL(this.options.url, window.location.origin), {
          headers,
          cache: "no-store",
          signal: attempt.signal,
        }),
      );
      if (response.status === 429) throw new TooManyStreamsError(response.headers.get("Retry-After"));
      if (!response.ok || !response.body)
        throw new Error(`The live connection was answered with ${response.status}.`);
      const opened = performance.now();
      this.options.onStatus("live");
      this.options.onOpen(this.lastEventId !== undefined);
      const reader = response.body
        .pipeThrough(
          new TransformStream<Uint8Array, Uint8Array>({
            transform: (chunk, controller) => {
              clearTimeout(watchdog);
              watchdog = setTimeout(() => attempt.abort(), SILENCE_MS);
              controller.enqueue(chunk);
            },
          }),
        )
        .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
        .pipeThrough(
          new EventSourceParserStream({
            onRetry: (milliseconds) => {
              this.comeBackMs = Math.min(milliseconds, LONGEST_DELAY_MS);
            },
          }),
        )
        .getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) {
          if (this.comeBackMs === 0 && performance.now() - opened < TOO_SHORT_MS)
            throw new Error("The live connection ended at once.");
          return;
        }
        this.failures = 0;
        if (value.id !== undefined) this.lastEventId = value.id;
        this.options.onMessage(value);
      }
    } finally {
      clearTimeout(watchdog);
      attempt.abort();
    }
  }

  private longestMs(): number {
    return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(this.failures - 1, 10));
  }

  private async pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      // Without a network there is nothing to try before the browser says that it is back.
      const timer = navigator.onLine ? setTimeout(resolve, milliseconds) : undefined;
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.closing.signal.aborted) this.wake();
    });
    this.wake = undefined;
  }
}
