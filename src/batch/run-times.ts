/** What a run tells less after each run that follows. */
const MEMORY = 0.95;
/** How much runs of other sizes must have been seen before they say what an item costs. */
const DOUBT = 0.5;
/** How fast `#spread` follows. */
const STEP = 0.1;
/** Until this many runs were seen, one that is far faster means that those before it warmed something up. */
const WARM_UP_RUNS = 5;

/** How long a batch of some size takes, learnt from those that ran: a straight line through their times. */
export class RunTimes {
  #runs = 0;
  #lastSize: number | undefined;
  #weight = 0;
  #size = 0;
  #ms = 0;
  #sizeSquared = 0;
  #sizeMs = 0;
  /** 99 of 100 runs take at most so many times as long as the line has it. */
  #spread = 1.2;
  #largest = 0;
  /** What an item costs; undefined as long as it is taken for all that a run costs. */
  #each: number | undefined;

  /** The largest size that ran of late. */
  get largest(): number {
    return this.#largest;
  }

  observe(size: number, ms: number): void {
    const expected = this.mean(size);
    if (expected !== undefined) {
      if (this.#runs < WARM_UP_RUNS && ms < expected / 4) this.#forget();
      else this.#adapt(ms / expected);
    }
    this.#runs += 1;
    this.#largest = Math.max(MEMORY * this.#largest, size);
    this.#weight = MEMORY * this.#weight + 1;
    this.#size = MEMORY * this.#size + size;
    this.#ms = MEMORY * this.#ms + ms;
    this.#sizeSquared = MEMORY * this.#sizeSquared + size * size;
    this.#sizeMs = MEMORY * this.#sizeMs + size * ms;
    if (size !== this.#lastSize && this.#lastSize !== undefined) this.#each = this.#line?.each;
    this.#lastSize = size;
  }

  /** What a run costs however small it is; 0 as long as nobody knows. */
  get fixedMs(): number {
    return this.#line?.fixed ?? 0;
  }

  /** Undefined as long as nothing ran. */
  mean(size: number): number | undefined {
    const line = this.#line;
    return line && line.fixed + line.each * size;
  }

  /** What 99 of 100 runs of this size take at most; undefined as long as nothing ran. */
  high(size: number): number | undefined {
    const mean = this.mean(size);
    return mean === undefined ? undefined : mean * this.#spread;
  }

  /** The largest size of which 99 of 100 runs take at most so long; undefined as long as nothing ran. */
  sizeFor(ms: number): number | undefined {
    const line = this.#line;
    return line && (ms / this.#spread - line.fixed) / Math.max(line.each, Number.MIN_VALUE);
  }

  /** Runs of one size do not tell what an item costs: as long as nobody knows it is taken for all that is. */
  get #line(): { readonly fixed: number; readonly each: number } | undefined {
    if (this.#weight === 0) return undefined;
    const size = this.#size / this.#weight;
    const ms = this.#ms / this.#weight;
    const variance = this.#sizeSquared / this.#weight - size * size;
    const covariance = this.#sizeMs / this.#weight - size * ms;
    const most = ms / Math.max(size, Number.MIN_VALUE);
    const doubt = (DOUBT / this.#weight) * size;
    const before = Math.min(this.#each ?? most, most);
    const slope = (covariance + doubt * before) / (variance + doubt);
    const each = Math.min(Math.max(slope, 0), most);
    return { fixed: Math.max(ms - each * size, 0), each };
  }

  /** Up at once, down slowly: so that it is exceeded once in 100 times. */
  #adapt(ratio: number): void {
    const step = ratio > this.#spread ? 0.99 * STEP : -0.01 * STEP;
    this.#spread = Math.min(Math.max(this.#spread + step, 1), 4);
  }

  #forget(): void {
    this.#weight = 0;
    this.#size = 0;
    this.#ms = 0;
    this.#sizeSquared = 0;
    this.#sizeMs = 0;
    this.#each = undefined;
  }
}
