import { ServeError } from "../errors.ts";
import type { Source } from "../replica/iteration.ts";

/** In an item's place: its stream ends here. */
export const STREAM_END: unique symbol = Symbol.for("isoserve.batch.end") as never;

/** Chunks that a batch makes though nobody waits for them: what is short ends, and frees its slot, however it is read. */
const MAX_AHEAD = 256;
/** Chunks that a reader may be behind the fastest one of its batch. */
const MAX_BEHIND = 1024;

type Step = IteratorResult<unknown>;

/** One caller's part of what a batch streams. */
export class Share implements AsyncIterator<unknown> {
  readonly #changed: () => void;
  readonly #hold: <T>(waiting: Promise<T>) => Promise<T>;
  readonly #chunks: unknown[] = [];
  readonly #waiting: { resolve(step: Step): void; reject(error: unknown): void }[] = [];
  #over: { readonly error?: unknown } | undefined;

  /** @param changed told when something was read, when more is wanted than there is, and when it is over */
  constructor(changed: () => void, hold: <T>(waiting: Promise<T>) => Promise<T>) {
    this.#changed = changed;
    this.#hold = hold;
  }

  /** Its reader waits for a chunk. */
  get hungry(): boolean {
    return this.#waiting.length > 0;
  }

  /** Chunks that it has not read. */
  get unread(): number {
    return this.#chunks.length;
  }

  get over(): boolean {
    return this.#over !== undefined;
  }

  next(): Promise<Step> {
    if (this.#chunks.length > 0)
      return Promise.resolve({ done: false, value: this.#chunks.shift() });
    if (this.#over) return this.#ended(this.#over);
    const { promise, resolve, reject } = Promise.withResolvers<Step>();
    this.#waiting.push({ resolve, reject });
    this.#changed();
    return this.#hold(promise);
  }

  /** Its reader leaves. */
  async return(value?: unknown): Promise<Step> {
    this.#chunks.length = 0;
    this.end();
    return { done: true, value };
  }

  push(chunk: unknown, where: string): void {
    if (this.#over) return;
    const waiting = this.#waiting.shift();
    if (waiting) return waiting.resolve({ done: false, value: chunk });
    if (this.#chunks.length < MAX_BEHIND) {
      this.#chunks.push(chunk);
      return;
    }
    const message = `${where}: the stream was read too slowly: ${MAX_BEHIND} chunks behind others of its batch; read faster, or have it batched less`;
    this.end({ error: new ServeError("BACKPRESSURE", message) });
  }

  /** There is no more than what was pushed. */
  end(over: { readonly error?: unknown } = {}): void {
    if (this.#over) return;
    this.#over = over;
    for (const { resolve, reject } of this.#waiting.splice(0))
      this.#ended(over).then(resolve, reject);
    this.#changed();
  }

  #ended(over: { readonly error?: unknown }): Promise<Step> {
    if (!("error" in over)) return Promise.resolve({ done: true, value: undefined });
    // Thrown once, as a generator does.
    this.#over = {};
    return Promise.reject(over.error);
  }
}

/**
 * What a batch streams, divided among its callers. It runs ahead of them, so far; then it is made as fast as the fastest of
 * them reads: none that reads slowly, or not at all, holds up another.
 */
export class Shares {
  readonly all: readonly Share[];
  readonly #where: string;
  readonly #hold: <T>(waiting: Promise<T>) => Promise<T>;
  #wake: (() => void) | undefined;

  constructor(count: number, where: string, hold: <T>(waiting: Promise<T>) => Promise<T>) {
    const changed = () => {
      this.#wake?.();
      this.#wake = undefined;
    };
    this.#where = where;
    this.#hold = hold;
    this.all = Array.from({ length: count }, () => new Share(changed, hold));
  }

  /**
   * Hands out all of it; returns when nobody wants more of it.
   *
   * @param length entries that each step has to have
   * @throws what the source throws, ServeError `INVALID_APPLICATION` for a step of the wrong length; no share is ended by that
   */
  async handOut(source: Source, right: (step: unknown) => readonly unknown[]): Promise<void> {
    try {
      while (await this.#wanted()) {
        const step = await source.next();
        if (step.done) break;
        this.#divide(right(step.value));
      }
    } catch (error) {
      void leave(source, error);
      throw error;
    }
    await leave(source, undefined);
    for (const share of this.all) share.end();
  }

  #divide(step: readonly unknown[]): void {
    for (const [at, share] of this.all.entries()) {
      const chunk = step[at];
      if (chunk === STREAM_END) share.end();
      else if (chunk !== undefined) share.push(chunk, this.#where);
    }
  }

  /** Waits until somebody wants more; false once nobody will. */
  async #wanted(): Promise<boolean> {
    for (;;) {
      const open = this.all.filter(({ over }) => !over);
      if (open.length === 0) return false;
      if (open.some(({ hungry }) => hungry)) return true;
      if (open.every(({ unread }) => unread < MAX_AHEAD)) return true;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await this.#hold(promise);
    }
  }
}

async function leave(source: Source, reason: unknown): Promise<void> {
  try {
    await source.return?.(reason);
  } catch {
    // What a source throws while it is being left has nobody to go to.
  }
}
