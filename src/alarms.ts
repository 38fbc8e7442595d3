import type { Clock } from "./clock.ts";
import { Heap } from "./heap.ts";

/** What alarms are made of. */
export type Timer = Pick<Clock, "now" | "sleep">;

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

/**
 * A timer that nobody needs any more runs on for so long at most: taking it back with each call that ends would cost
 * more than the call, and left alone it keeps a process from ending.
 */
const LONGEST_SLEEP_MS = 250;

/** Any number of alarms on one timer, which runs only while there are any. */
export class Alarms {
  readonly #timer: Timer;
  readonly #set = new Heap<Alarm>((a, b) => a.at - b.at);
  #sleeping: AbortController | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  /** See `Clock.alarm`. */
  readonly set = (at: number, ring: () => void): (() => void) => {
    const takeBack = this.#set.add({ at, ring });
    if (at < this.#wakesAt) this.#sleep(at);
    return takeBack;
  };

  #sleep(until: number): void {
    this.#sleeping?.abort();
    const sleeping = new AbortController();
    const now = this.#timer.now();
    this.#sleeping = sleeping;
    this.#wakesAt = Math.min(until, now + LONGEST_SLEEP_MS);
    const ms = Math.max(0, this.#wakesAt - now);
    void this.#timer.sleep(ms, sleeping.signal).then(() => {
      if (!sleeping.signal.aborted) this.#wake();
    });
  }

  #wake(): void {
    this.#wakesAt = Number.POSITIVE_INFINITY;
    const now = this.#timer.now();
    for (let alarm = this.#set.first; alarm && alarm.at <= now; alarm = this.#set.first) {
      this.#set.takeFirst();
      alarm.ring();
    }
    const next = this.#set.first;
    if (next && next.at < this.#wakesAt) this.#sleep(next.at);
  }
}
