import { bucketBelow, bucketFor } from "./bucket.ts";
import type { Gathering, Pace } from "./pace.ts";
import type { RunTimes } from "./run-times.ts";

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
  /** The sizes that there are; empty for any. */
  readonly buckets: readonly number[];
}

/**
 * The waits that pay, and the largest batches, with which 99 of 100 items are answered in time, as long as that is possible.
 *
 * A batch takes all that has gathered, unless its run alone would take too long: what is left behind has to wait for one more.
 * To wait for one more item with n that wait already pays when it comes sooner than a run's fixed cost divided by n: the run
 * then does more in the time that it and the wait take together. No item is made to wait so long that it would be late.
 */
export class AdaptivePace implements Pace {
  readonly #options: AdaptiveOptions;
  readonly #times: RunTimes;
  #lastAt: number | undefined;
  #logGap: number | undefined;

  /** @param times of what sizes become in `buckets` */
  constructor(options: AdaptiveOptions, times: RunTimes) {
    this.#options = options;
    this.#times = times;
  }

  arrived(at: number): void {
    if (this.#lastAt !== undefined) {
      const logGap = Math.log(Math.max(at - this.#lastAt, 0.01));
      const before = this.#logGap ?? logGap;
      this.#logGap = before + STEP * (logGap - before);
    }
    this.#lastAt = at;
  }

  waitOverAt({ size, oldestAt, newestAt, freeSince }: Gathering): number {
    const latestAt = oldestAt + Math.max(0, this.#budgetMs - this.#high(size + 1));
    return Math.min(latestAt, Math.max(newestAt, freeSince) + this.#patienceMs(size));
  }

  /**
   * No more than twice what was tried of late, or the bucket next to it. One more than that is tried in any case as long as
   * what was tried is fast enough: only so does it show what an item costs.
   */
  get limit(): number {
    const { buckets, maxSize } = this.#options;
    const tried = Math.round(this.#times.largest);
    const fitting = Math.floor(this.#times.sizeFor(this.#budgetMs) ?? 1);
    const size = Math.min(fitting, this.#padded(2 * tried));
    const fast = this.#high(tried) <= this.#budgetMs;
    const limit = Math.max(bucketBelow(size, buckets), fast ? this.#padded(tried + 1) : 1);
    return Math.min(limit, maxSize);
  }

  /** How long after the last item it pays to wait for the next one. */
  #patienceMs(size: number): number {
    const worthMs = this.#times.fixedMs / size;
    if (this.#logGap === undefined) return worthMs;
    const gapMs = Math.exp(this.#logGap);
    return gapMs * EULER < worthMs ? Math.min(worthMs, SILENCE * gapMs) : 0;
  }

  #high(size: number): number {
    return this.#times.high(this.#padded(size)) ?? 0;
  }

  get #budgetMs(): number {
    return PLANNED * this.#options.targetMs;
  }

  #padded(size: number): number {
    return bucketFor(size, this.#options.buckets);
  }
}
