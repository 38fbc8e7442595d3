import { bucketBelow, bucketFor } from "./bucket.ts";
import type { RunTimes } from "./run-times.ts";

/** A batch that forms, as far as it matters for how long it waits. */
export interface Gathering {
  readonly size: number;
  /** When its first item came. */
  readonly oldestAt: number;
  /** When its last one came. */
  readonly newestAt: number;
}

/** How large batches get, and how long they wait for that. */
export interface Pace {
  /** The size that a batch should have at most, by all that is known. */
  readonly limit: number;
  arrived(at: number): void;
  /** When it has waited long enough, as things are. */
  waitOverAt(gathering: Gathering): number;
}

/** As the user said. */
export function fixedPace(limit: number, waitMs: number): Pace {
  return {
    limit,
    arrived: () => {},
    waitOverAt: ({ oldestAt }) => oldestAt + waitMs,
  };
}

/** Of the target so much is planned with: timers and other code take the rest. */
const PLANNED = 0.9;
/** How fast the expectation of the next arrival follows. */
const STEP = 0.2;
/** What the mean of times that come by chance is to the geometric mean of them. */
const EULER = Math.exp(0.5772156649);
/** Of what comes in bursts, more than so many times the usual gap without an item means that the burst is over. */
const SILENCE = 8;

export interface AdaptiveOptions {
  readonly targetMs: number;
  readonly maxSize: number;
  /** Batches that run at once. */
  readonly slots: number;
  /** The sizes that there are; empty for any. */
  readonly buckets: readonly number[];
}

/**
 * The largest batches, and the longest waits that pay, with which 99 of 100 items are answered in time.
 *
 * Whoever comes just after the slots were taken waits for a run to end, and then for its own: with one slot each may take half
 * of the target. To wait for one more item with n that wait already pays when it comes sooner than a run's fixed cost
 * divided by n: the run then does more in the time that it and the wait take together.
 */
export class AdaptivePace implements Pace {
  readonly #targetMs: number;
  readonly #maxSize: number;
  readonly #slots: number;
  readonly #buckets: readonly number[];
  readonly #times: RunTimes;
  #lastAt: number | undefined;
  #logGap: number | undefined;

  /** @param times of what sizes become in `buckets` */
  constructor({ targetMs, maxSize, slots, buckets }: AdaptiveOptions, times: RunTimes) {
    this.#targetMs = targetMs;
    this.#maxSize = maxSize;
    this.#slots = slots;
    this.#buckets = buckets;
    this.#times = times;
  }

  /** Never more than twice what was tried, or the bucket next to it. */
  get limit(): number {
    const runMs = (this.#budgetMs * this.#slots) / (this.#slots + 1);
    const size = Math.floor(this.#times.sizeFor(runMs) ?? 1);
    const untried = bucketFor(2 * this.#times.largest, this.#buckets);
    const limit = bucketBelow(Math.min(size, untried), this.#buckets);
    return Math.max(1, Math.min(limit, this.#maxSize));
  }

  arrived(at: number): void {
    if (this.#lastAt !== undefined) {
      const logGap = Math.log(Math.max(at - this.#lastAt, 0.01));
      this.#logGap = this.#logGap === undefined ? logGap : mix(this.#logGap, logGap);
    }
    this.#lastAt = at;
  }

  waitOverAt({ size, oldestAt, newestAt }: Gathering): number {
    const runMs = this.#times.high(bucketFor(size + 1, this.#buckets)) ?? 0;
    const latestAt = oldestAt + Math.max(0, this.#budgetMs - runMs);
    return Math.min(latestAt, newestAt + this.#patienceMs(size));
  }

  /** How long after the last item it pays to wait for the next one. */
  #patienceMs(size: number): number {
    const worthMs = this.#times.fixedMs / size;
    if (this.#logGap === undefined) return worthMs;
    const gapMs = Math.exp(this.#logGap);
    return gapMs * EULER < worthMs ? Math.min(worthMs, SILENCE * gapMs) : 0;
  }

  get #budgetMs(): number {
    return PLANNED * this.#targetMs;
  }
}

function mix(before: number, now: number): number {
  return before + STEP * (now - before);
}
