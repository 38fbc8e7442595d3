import type { ServeError } from "../errors.ts";
import { WINDOW } from "./incoming.ts";
import type { Source } from "./iteration.ts";
import { notSendable } from "./not-sendable.ts";

/** Where the items of a stream go. */
export interface Sink {
  item(value: unknown): void;
  end(): void;
  fail(error: unknown): void;
}

/** The sending end of a stream: pulls its source only while the reader has given credit. */
export class Outgoing {
  readonly #source: Source;
  readonly #sink: Sink;
  readonly #ended: () => void;
  #credit = 0;
  #pumping = false;
  #open = true;

  /** @param ended called once when all was sent, it failed, or the reader left and the source is through with it */
  constructor(source: Source, sink: Sink, ended: () => void) {
    this.#source = source;
    this.#sink = sink;
    this.#ended = ended;
  }

  /** No reader has room for more than a window. */
  grant(credit: number): void {
    this.#credit = Math.min(this.#credit + credit, WINDOW);
    if (!this.#pumping) void this.#pump();
  }

  /** The reader wants no more: the source's `finally` runs. */
  stop(reason: unknown): void {
    if (!this.#open) return;
    this.#open = false;
    void this.#leave(reason);
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      while (this.#open && this.#credit > 0) {
        this.#credit -= 1;
        const { done, value } = await this.#source.next();
        if (!this.#open) return;
        if (done) {
          this.#sink.end();
          return this.#close();
        }
        this.#sink.item(value);
      }
    } catch (error) {
      if (this.#open) this.#sink.fail(error);
      this.#close();
    } finally {
      this.#pumping = false;
    }
  }

  async #leave(reason: unknown): Promise<void> {
    try {
      await this.#source.return?.(reason);
    } catch {
      // What a source throws while it is being left has nobody to go to.
    }
    this.#ended();
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#ended();
  }
}

/** What the reader gets in the place of an item that can't be cloned. */
export function itemRefused(error: unknown): ServeError {
  return notSendable("an item of a stream", error);
}
