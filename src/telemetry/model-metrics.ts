import type { Clock } from "../clock.ts";
import { MODELS } from "./catalogue.ts";
import type { CounterCell, GaugeCell, HistogramCell } from "./cells.ts";
import type { Registry } from "./registry.ts";
import { secondsOf } from "./seconds.ts";

/** What a replica counts of the models that it loads by id. */
export class ModelMetrics {
  readonly asked: CounterCell;
  readonly held: GaugeCell;
  readonly disposed: CounterCell;
  readonly #clock: Pick<Clock, "now">;
  readonly #loads: HistogramCell;
  readonly #failures: CounterCell;

  constructor(registry: Registry, clock: Pick<Clock, "now">) {
    this.#clock = clock;
    this.asked = registry.cell(MODELS.asked);
    this.held = registry.cell(MODELS.held);
    this.disposed = registry.cell(MODELS.disposed);
    this.#loads = registry.cell(MODELS.load);
    this.#failures = registry.cell(MODELS.loadFailures);
  }

  /** Times a load. @throws what it throws */
  async load<M>(load: () => Promise<M>): Promise<M> {
    const began = this.#clock.now();
    try {
      const model = await load();
      this.#loads.observe(secondsOf(this.#clock.now() - began));
      return model;
    } catch (error) {
      this.#failures.inc();
      throw error;
    }
  }
}
