import type { Cancellation } from "../cancellation.ts";
import { cancelled } from "../cancelled.ts";
import type { RunningCall } from "../context.ts";
import { iterable } from "../replica/iteration.ts";
import type { Waiting } from "./line.ts";
import type { Share } from "./shares.ts";

/** What an item that waits is told. */
type Turn =
  | { readonly value: unknown }
  | { readonly error: unknown }
  /** Something to do in the item's own call, which then waits on. */
  | { readonly task: () => void };

export interface BatchItemOrigin {
  /** The call that it came with; undefined outside of any. */
  readonly call: RunningCall | undefined;
  /** Of the item alone; cancelled with its call. */
  readonly cancellation: Cancellation;
  /** When it came. */
  readonly createdAt: number;
  /** Orders the items of a batch. */
  readonly number: number;
}

/** One item on its way through a batch. */
export class BatchItem implements Waiting {
  readonly value: unknown;
  readonly call: RunningCall | undefined;
  readonly priority: number;
  readonly createdAt: number;
  readonly number: number;
  readonly #cancellation: Cancellation;
  #settled = false;
  #left = false;
  #share: Share | undefined;
  readonly #turns: Turn[] = [];
  #wake: (() => void) | undefined;
  #leave: ((reason: unknown) => void) | undefined;

  constructor(value: unknown, { call, cancellation, createdAt, number }: BatchItemOrigin) {
    this.value = value;
    this.call = call;
    this.priority = call?.priority ?? 0;
    this.createdAt = createdAt;
    this.number = number;
    this.#cancellation = cancellation;
  }

  get modelId(): string | undefined {
    return this.call?.modelId;
  }

  get deadline(): number | undefined {
    return this.#cancellation.deadline;
  }

  /** Nobody waits for its answer any more: its call was cancelled. */
  get left(): boolean {
    return this.#left;
  }

  /** Calls the newest listener, and only that, when it is left. */
  whenLeft(listener: (reason: unknown) => void): void {
    this.#leave = listener;
  }

  /** Somebody waits for an answer, or for more of one. */
  get wanted(): boolean {
    return !this.#left && !this.#share?.over;
  }

  /** Its batch runs. */
  waitedUntil(now: number): void {
    this.call?.waitedForBatch(now - this.createdAt);
  }

  succeed(value: unknown): void {
    this.#settle({ value });
    this.end();
  }

  fail(error: unknown): void {
    this.#settle({ error });
    this.end();
  }

  /** Its answer is a stream: `end` is to be called when it has ended. */
  receive(share: Share): void {
    this.#share = share;
    this.#settle({ value: iterable(share) });
    if (this.#left) share.end();
  }

  /** It can't be cancelled any more. */
  end(): void {
    this.#cancellation.end();
  }

  /** Has something done in the context of the item's call: timers that are set there last as long as it waits. */
  assign(task: () => void): void {
    this.#give({ task });
  }

  /**
   * Waits for the answer.
   *
   * @param where begins the message of what a cancelled call gets
   * @param hold see `Platform.hold`
   * @throws what it failed with
   */
  answer(where: () => string, hold: <T>(waiting: Promise<T>) => Promise<T>): Promise<unknown> {
    const answer = this.#answer(hold);
    this.#cancellation.listener = (reason) => {
      // Its maker may have stopped listening.
      answer.catch(() => {});
      this.#left = true;
      const error = cancelled(where(), reason);
      this.#share?.end({ error });
      this.fail(error);
      this.#leave?.(reason);
    };
    return answer;
  }

  async #answer(hold: <T>(waiting: Promise<T>) => Promise<T>): Promise<unknown> {
    for (;;) {
      if (this.#turns.length === 0) await hold(this.#told());
      const turn = this.#turns.shift() as Turn;
      if ("error" in turn) throw turn.error;
      if ("value" in turn) return turn.value;
      turn.task();
    }
  }

  #told(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #settle(turn: Turn): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#give(turn);
  }

  #give(turn: Turn): void {
    this.#turns.push(turn);
    this.#wake?.();
    this.#wake = undefined;
  }
}
