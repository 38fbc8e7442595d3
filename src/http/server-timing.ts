import type { Clock } from "../clock.ts";
import { withAppended } from "./answer.ts";

const HEADER = "server-timing";

/** Tells a client what the time of its request went to: https://www.w3.org/TR/server-timing/. */
export class ServerTiming {
  readonly #clock: Clock;
  readonly #arrivedAt: number;
  #queuedMs = 0;

  /** @param arrivedAt by `clock` */
  constructor(clock: Clock, arrivedAt: number) {
    this.#clock = clock;
    this.#arrivedAt = arrivedAt;
  }

  readonly queued = (ms: number): void => {
    this.#queuedMs = ms;
  };

  /** The answer with what the ingress knows of it. */
  shownIn(response: Response): Response {
    const totalMs = this.#clock.now() - this.#arrivedAt;
    const shown = `${metric("queue", this.#queuedMs)}, ${metric("total", totalMs)}`;
    return withAppended(response, HEADER, shown);
  }
}

/** The Response with how long its replica took to make it, and how much of that it waited for a batch, if it did. */
export function withComputeTime(
  response: Response,
  ms: number,
  batchWaitMs: number | undefined,
): Response {
  const compute = metric("compute", ms);
  const shown = batchWaitMs === undefined ? compute : `${metric("batch", batchWaitMs)}, ${compute}`;
  return withAppended(response, HEADER, shown);
}

/** To the microsecond: clocks tell no more. */
function metric(name: string, ms: number): string {
  return `${name};dur=${Math.round(Math.max(0, ms) * 1000) / 1000}`;
}
