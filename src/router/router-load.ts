import { LoadMeter } from "../autoscale/load-meter.ts";
import type { DeploymentKey } from "../handle.ts";
import type { CallLimits, Directory } from "./directory.ts";

/** How many calls of one router wait or run: measured while somebody scales by it. */
export class RouterLoad {
  readonly #measure: (meter: LoadMeter) => () => void;
  readonly #now: () => number;
  readonly #queued: () => number;
  #calls = 0;
  #meter: LoadMeter | undefined;
  #end = () => {};

  /** @param queued how many calls wait */
  constructor(key: DeploymentKey, directory: Directory, now: () => number, queued: () => number) {
    this.#measure = (meter) => directory.measure(key, meter, now);
    this.#now = now;
    this.#queued = queued;
  }

  began(): void {
    this.#calls += 1;
    this.#meter?.change(1);
  }

  ended(): void {
    this.#calls -= 1;
    this.#meter?.change(-1);
  }

  /** A call waits, and no replica is known. */
  held(): void {
    this.#meter?.held();
  }

  follow({ autoscaled = false }: CallLimits): void {
    if (autoscaled === (this.#meter !== undefined)) return;
    if (!autoscaled) return this.close();
    this.#meter = new LoadMeter(this.#now, this.#queued);
    this.#meter.change(this.#calls);
    this.#end = this.#measure(this.#meter);
  }

  close(): void {
    this.#end();
    this.#end = () => {};
    this.#meter = undefined;
  }
}
