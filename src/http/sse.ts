import { ServeError } from "../errors.ts";
import { Interruptible } from "../replica/interruptible.ts";
import { type Iteration, iteratorOf, streamOf } from "../replica/iteration.ts";
import { eventText, type ServerSentEvent } from "./event-text.ts";
import { type LiveAnswer, type LiveCall, markLive } from "./live-answer.ts";

export interface SseOptions {
  /** Headers of the answer besides its own. */
  headers?: HeadersInit;
  /** With it a comment is sent whenever there was no event for so long: proxies cut connections that are silent. */
  heartbeatMs?: number;
  /**
   * True for events that have no end of their own. When the replica leaves it ends them at once, and clients connect
   * again; it waits for others, such as the tokens of an answer, as for any other stream.
   */
  endless?: boolean;
}

const HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache",
  // nginx would collect events until they fill a buffer.
  "x-accel-buffering": "no",
};

/**
 * Answers with a stream of server-sent events. Each is sent at once, and asked for only when the client has room for it.
 * When the client leaves, `context().signal` aborts and the generator is left: its `finally` runs.
 *
 * @param events strings, which are an event's data, or events with more to them: a generator, what a handle's streaming
 *   method answers, any async iterable
 * @throws ServeError `INVALID_OPTION`
 * @example
 * async *tokens(prompt: string) { yield "Hello"; yield ", world"; }
 * fetch() { return sse(this.tokens("greet"), { heartbeatMs: 15_000 }); }
 */
export function sse(
  events: AsyncIterable<ServerSentEvent | string> | Generator<ServerSentEvent | string>,
  { headers, heartbeatMs, endless = false }: SseOptions = {},
): Response {
  checkHeartbeat(heartbeatMs);
  const stream = new EventStream(events, heartbeatMs, endless);
  const answered = new Headers(headers);
  for (const [name, value] of Object.entries(HEADERS)) answered.set(name, value);
  return markLive(new Response(streamOf(stream), { headers: answered }), stream);
}

/** The body of the answer, and what its replica knows of it. */
class EventStream implements LiveAnswer, AsyncIterator<Uint8Array> {
  readonly #events: Interruptible;
  readonly #heartbeatMs: number | undefined;
  readonly #endless: boolean;
  #call: LiveCall | undefined;

  constructor(events: Iteration, heartbeatMs: number | undefined, endless: boolean) {
    const iterator = iteratorOf(events);
    // A generator's body runs when it is pulled, so each pull needs the context again.
    this.#events = new Interruptible({
      next: async () => this.#run(() => iterator.next()),
      return: async (reason) => (await this.#run(() => iterator.return?.(reason))) ?? END,
    });
    this.#heartbeatMs = heartbeatMs;
    this.#endless = endless;
  }

  start(call: LiveCall): void {
    this.#call = call;
  }

  goAway(): void {
    // What a generator throws while it is being left has nobody to go to.
    if (this.#endless) this.#leave("the replica is leaving").catch(() => {});
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    try {
      const { done, value } = await this.#nextEvent();
      if (done) return END;
      return { done: false, value: encoder.encode(eventText(value as ServerSentEvent)) };
    } catch (error) {
      this.#call?.fail(error);
      await this.#events.return().catch(() => {});
      throw error;
    }
  }

  async return(reason?: unknown): Promise<IteratorResult<Uint8Array>> {
    await this.#leave("the client has left", reason);
    return END;
  }

  /** A generator that waits can't be left before its wait has ended: the signal tells it to. */
  async #leave(why: string, reason?: unknown): Promise<void> {
    this.#call?.cancellation.cancel(new ServeError("CANCELLED", why));
    await this.#events.return(reason);
  }

  async #nextEvent(): Promise<IteratorResult<unknown>> {
    const beat = () => this.#events.interrupt(HEARTBEAT);
    const timer = this.#heartbeatMs && setTimeout(beat, this.#heartbeatMs);
    try {
      return await this.#events.next();
    } finally {
      if (timer) clearTimeout(timer);
    }
  }

  #run<R>(fn: () => R): R {
    return this.#call ? this.#call.run(fn) : fn();
  }
}

const encoder = new TextEncoder();
const END: IteratorReturnResult<undefined> = { done: true, value: undefined };
const HEARTBEAT: ServerSentEvent = { comment: "" };

function checkHeartbeat(milliseconds: number | undefined): void {
  if (milliseconds === undefined || (Number.isFinite(milliseconds) && milliseconds > 0)) return;
  throw new ServeError(
    "INVALID_OPTION",
    `sse: option heartbeatMs must be a number of milliseconds over 0, got ${String(milliseconds)}`,
  );
}
