import type { Cancellation } from "../cancellation.ts";
import { ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import { isTimeout } from "../timeout.ts";
import { ROUTER } from "./catalogue.ts";
import type { CounterCell, GaugeCell, HistogramCell } from "./cells.ts";
import type { Registry } from "./registry.ts";

/** Where a call was when it ended. */
export type CallState = "queued" | "running";

/** What a router counts of the calls to one deployment. */
export class RouterMetrics {
  readonly calls: CounterCell;
  readonly #queued: GaugeCell;
  readonly #queueWait: HistogramCell;
  readonly #rejected: CounterCell;
  readonly #timeouts: Readonly<Record<CallState, CounterCell>>;
  readonly #cancellations: Readonly<Record<CallState, CounterCell>>;

  constructor(registry: Registry, key: DeploymentKey) {
    const callee = calleeOf(key);
    const byState = (definition: typeof ROUTER.timeouts) => ({
      queued: registry.family(definition).at([...callee, "queued"]),
      running: registry.family(definition).at([...callee, "running"]),
    });
    this.calls = registry.family(ROUTER.calls).at(callee);
    this.#queued = registry.family(ROUTER.queued).at(callee);
    this.#queueWait = registry.family(ROUTER.queueWait).at(callee);
    this.#rejected = registry.family(ROUTER.rejected).at(callee);
    this.#timeouts = byState(ROUTER.timeouts);
    this.#cancellations = byState(ROUTER.cancellations);
  }

  /** A call waits until this settles. */
  waiting<T>(turn: Promise<T>): Promise<T> {
    this.#queued.inc();
    return turn.finally(() => this.#queued.dec());
  }

  /** A call had its turn at a replica. @param waitedMs what it waited for that */
  ran(waitedMs: number): void {
    this.#queueWait.observe(waitedMs / 1000);
  }

  /** A call, or the stream that it answered with, has failed. */
  failed(error: unknown, cancellation: Cancellation, state: CallState): void {
    if (cancellation.cancelled) {
      const counters = isTimeout(cancellation.reason) ? this.#timeouts : this.#cancellations;
      counters[state].inc();
    } else if (isTimeout(error) && error.deadline === cancellation.deadline) {
      // The replica saw it first.
      this.#timeouts[state].inc();
    } else if (state === "queued" && error instanceof ServeError && error.code === "BACKPRESSURE") {
      this.#rejected.inc();
    }
  }
}

/** Application and deployment, as labels have them. */
export function calleeOf(key: DeploymentKey): readonly [string, string] {
  const at = key.indexOf("/");
  return [key.slice(0, at), key.slice(at + 1)];
}
