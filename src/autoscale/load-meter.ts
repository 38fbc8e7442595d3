/** The load that one caller's calls are for a deployment. */
export interface LoadReading {
  /** Calls that wait for a replica. */
  readonly queued: number;
  /** Calls that run. */
  readonly running: number;
  /** Both, added up over all time: call-milliseconds. */
  readonly area: number;
}

/** @param held a call waits, and no replica runs that it could wait for */
export type LoadListener = (held: boolean) => void;

/** Something that makes calls to a deployment and tells how many. */
export interface LoadSource {
  read(now: number): LoadReading;
  /** Tells when the load has changed since it was last read, once; and at once when a call is held. */
  watch(listener: LoadListener): void;
}

/** Measures the calls of one router. What one call costs is two readings of the clock. */
export class LoadMeter implements LoadSource {
  readonly #now: () => number;
  readonly #queued: () => number;
  #calls = 0;
  #area = 0;
  #since: number;
  #told = false;
  #toldHeld = false;
  #listener: LoadListener = () => {};

  /** @param queued how many of its calls wait */
  constructor(now: () => number, queued: () => number) {
    this.#now = now;
    this.#queued = queued;
    this.#since = now();
  }

  watch(listener: LoadListener): void {
    this.#listener = listener;
  }

  /** So many calls more, or fewer, wait or run. */
  change(by: number): void {
    this.#addUp(this.#now());
    this.#calls += by;
    if (this.#told) return;
    this.#told = true;
    this.#listener(false);
  }

  /** A call waits, and there is no replica. */
  held(): void {
    if (this.#toldHeld) return;
    this.#toldHeld = true;
    this.#listener(true);
  }

  read(now: number): LoadReading {
    this.#addUp(now);
    this.#told = false;
    this.#toldHeld = false;
    const queued = Math.min(this.#queued(), this.#calls);
    return { queued, running: this.#calls - queued, area: this.#area };
  }

  #addUp(now: number): void {
    this.#area += this.#calls * Math.max(0, now - this.#since);
    this.#since = now;
  }
}
