import { BATCH_REASONS, type BatchReason } from "../batch/batch-info.ts";
import { BATCH } from "./catalogue.ts";
import type { CounterCell, GaugeCell, HistogramCell } from "./cells.ts";
import type { Registry } from "./registry.ts";
import { secondsOf } from "./seconds.ts";

/** What a replica counts of the batches of one function. */
export class BatchMetrics {
  readonly #batches: ReadonlyMap<BatchReason, CounterCell>;
  readonly #size: HistogramCell;
  readonly #wait: HistogramCell;
  readonly #run: HistogramCell;
  readonly #waiting: GaugeCell;
  readonly #limit: GaugeCell;

  constructor(registry: Registry, method: string) {
    this.#batches = new Map(
      BATCH_REASONS.map((reason) => [reason, registry.family(BATCH.batches).at([method, reason])]),
    );
    this.#size = registry.family(BATCH.size).at([method]);
    this.#wait = registry.family(BATCH.wait).at([method]);
    this.#run = registry.family(BATCH.run).at([method]);
    this.#waiting = registry.family(BATCH.waiting).at([method]);
    this.#limit = registry.family(BATCH.limit).at([method]);
  }

  /** So many items wait. */
  waiting(items: number): void {
    this.#waiting.value = items;
  }

  /** A batch runs. @param limit the size it could have had */
  began(
    items: readonly { readonly createdAt: number }[],
    reason: BatchReason,
    limit: number,
    now: number,
  ): void {
    this.#batches.get(reason)?.inc();
    this.#size.observe(items.length);
    this.#limit.value = limit;
    for (const { createdAt } of items) this.#wait.observe(secondsOf(now - createdAt));
  }

  ended(ms: number): void {
    this.#run.observe(secondsOf(ms));
  }
}
