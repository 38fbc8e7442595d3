import { nameOf } from "../application-graph.ts";
import type { Clock } from "../clock.ts";
import { ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import { SPLIT } from "./catalogue.ts";
import type { CounterCell, HistogramCell } from "./cells.ts";
import type { Registry } from "./registry.ts";
import { calleeOf } from "./router-metrics.ts";
import { secondsOf } from "./seconds.ts";

/** Whether an arm's answers reach the callers. */
export type ArmRole = "arm" | "shadow";

interface ArmCells {
  readonly calls: CounterCell;
  readonly errors: CounterCell;
  readonly duration: HistogramCell;
}

/** What a caller counts of the arms of one split, to compare them by. */
export class SplitMetrics {
  readonly #registry: Registry;
  readonly #clock: Pick<Clock, "now">;
  readonly #split: readonly [string, string];
  readonly #arms = { arm: new Map<string, ArmCells>(), shadow: new Map<string, ArmCells>() };

  constructor(registry: Registry, clock: Pick<Clock, "now">, key: DeploymentKey) {
    this.#registry = registry;
    this.#clock = clock;
    const [application, reference] = calleeOf(key);
    this.#split = [application, nameOf(reference)];
  }

  /** Follows a call, or a copy, that was given to an arm. */
  follow(role: ArmRole, arm: string, answer: Promise<unknown>): void {
    const { calls, errors, duration } = this.#cells(role, arm);
    const began = this.#clock.now();
    calls.inc();
    const ended = () => duration.observe(secondsOf(this.#clock.now() - began));
    answer.then(ended, (error: unknown) => {
      ended();
      if (!(error instanceof ServeError && error.code === "CANCELLED")) errors.inc();
    });
  }

  /** A shadow got no copy of a call, since it is behind or the call can't be copied. */
  skipped(arm: string): void {
    this.#registry
      .family(SPLIT.skipped)
      .at([...this.#split, arm])
      .inc();
  }

  #cells(role: ArmRole, arm: string): ArmCells {
    const known = this.#arms[role].get(arm);
    if (known) return known;
    const labels = [...this.#split, arm, role];
    const cells = {
      calls: this.#registry.family(SPLIT.calls).at(labels),
      errors: this.#registry.family(SPLIT.errors).at(labels),
      duration: this.#registry.family(SPLIT.duration).at(labels),
    };
    this.#arms[role].set(arm, cells);
    return cells;
  }
}
