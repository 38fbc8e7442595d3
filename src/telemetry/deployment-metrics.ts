import type { DeploymentKey } from "../handle.ts";
import { CONTROLLER } from "./catalogue.ts";
import type { CounterCell, HistogramCell } from "./cells.ts";
import type { Registry } from "./registry.ts";
import { calleeOf } from "./router-metrics.ts";
import { secondsOf } from "./seconds.ts";

/** What a host counts of the replicas of one deployment. */
export class DeploymentMetrics {
  readonly startFailures: CounterCell;
  readonly deaths: CounterCell;
  readonly checkFailures: CounterCell;
  readonly #starts: CounterCell;
  readonly #startup: HistogramCell;

  constructor(registry: Registry, key: DeploymentKey) {
    const labels = calleeOf(key);
    this.startFailures = registry.family(CONTROLLER.startFailures).at(labels);
    this.deaths = registry.family(CONTROLLER.deaths).at(labels);
    this.checkFailures = registry.family(CONTROLLER.checkFailures).at(labels);
    this.#starts = registry.family(CONTROLLER.starts).at(labels);
    this.#startup = registry.family(CONTROLLER.startup).at(labels);
  }

  started(tookMs: number): void {
    this.#starts.inc();
    this.#startup.observe(secondsOf(tookMs));
  }
}
