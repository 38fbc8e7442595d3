import type { ScalingDecision } from "../autoscale/decide.ts";
import type { DeploymentKey } from "../handle.ts";
import { AUTOSCALING } from "./catalogue.ts";
import type { CounterCell } from "./cells.ts";
import type { Registry } from "./registry.ts";
import { calleeOf } from "./router-metrics.ts";

/** What a host counts of the decisions on how many replicas a deployment has. */
export class AutoscalerMetrics {
  readonly policyFailures: CounterCell;
  readonly #registry: Registry;
  readonly #labels: readonly [string, string];

  constructor(registry: Registry, key: DeploymentKey) {
    this.#registry = registry;
    this.#labels = calleeOf(key);
    this.policyFailures = registry.family(AUTOSCALING.policyFailures).at(this.#labels);
  }

  /** @param before the count until now */
  decided(before: number, { count, reason }: ScalingDecision): void {
    if (count === before) return;
    const direction = count > before ? "up" : "down";
    const decisions = this.#registry.family(AUTOSCALING.decisions);
    decisions.at([...this.#labels, direction, reason]).inc();
  }
}
