import type { Clock } from "../clock.ts";

/** Ticks a controller: at once when something happened, else when it asked for it. */
export class ControlLoop {
  readonly #tick: () => number;
  readonly #clock: Clock;
  #sleeping: AbortController | undefined;
  #scheduled = false;

  constructor(clock: Clock, tick: () => number) {
    this.#clock = clock;
    this.#tick = tick;
  }

  readonly wake = (): void => {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#sleeping?.abort();
    queueMicrotask(() => this.#run());
  };

  #run(): void {
    this.#scheduled = false;
    const wait = this.#tick();
    if (this.#scheduled || wait === Number.POSITIVE_INFINITY) return;
    const sleeping = new AbortController();
    this.#sleeping = sleeping;
    void this.#clock.sleep(wait, sleeping.signal).then(() => {
      if (!sleeping.signal.aborted) this.wake();
    });
  }
}
