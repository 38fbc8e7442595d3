import type { Clock } from "../clock.ts";
import { REPLICA } from "./catalogue.ts";
import type { CounterCell, GaugeCell, HistogramCell } from "./cells.ts";
import { Registry } from "./registry.ts";
import { secondsOf } from "./seconds.ts";
import type { MetricsSnapshot } from "./snapshot.ts";

/** What a replica's registry goes by. */
export interface CountedReplica {
  readonly application: string;
  readonly deployment: string;
  readonly index: number;
  /** Whether anything is counted. */
  readonly metrics: boolean;
}

/** The registry of a replica; undefined where nothing is counted. */
export function replicaRegistry({
  application,
  deployment,
  index,
  metrics,
}: CountedReplica): Registry | undefined {
  return metrics ? new Registry({ application, deployment, replica: String(index) }) : undefined;
}

/** What a replica counts of its calls. */
export class ReplicaMetrics {
  readonly #registry: Registry;
  readonly #clock: Clock;
  readonly #calls: CounterCell;
  readonly #errors: CounterCell;
  readonly #processing: HistogramCell;
  readonly #wasted: CounterCell;
  readonly #ongoing: GaugeCell;

  constructor(registry: Registry, clock: Clock) {
    this.#registry = registry;
    this.#clock = clock;
    this.#calls = registry.cell(REPLICA.calls);
    this.#errors = registry.cell(REPLICA.errors);
    this.#processing = registry.cell(REPLICA.processing);
    this.#wasted = registry.cell(REPLICA.wasted);
    this.#ongoing = registry.cell(REPLICA.ongoing);
  }

  /** A call begins. Returns when, for `ended`. */
  began(): number {
    return this.#clock.now();
  }

  /** @param failed by the user's code @param cancelled before it ended: nobody waited for it any more */
  ended(began: number, failed: boolean, cancelled: boolean): void {
    const seconds = secondsOf(this.#clock.now() - began);
    this.#calls.inc();
    this.#processing.observe(seconds);
    if (cancelled) this.#wasted.inc(seconds);
    else if (failed) this.#errors.inc();
  }

  snapshot(ongoing: number, busySeconds: number | undefined): MetricsSnapshot {
    this.#ongoing.set(ongoing);
    if (busySeconds !== undefined) this.#registry.cell(REPLICA.busy).value = busySeconds;
    return this.#registry.snapshot();
  }
}
