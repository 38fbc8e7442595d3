import type { BatchReason } from "../../src/index.ts";

export interface PlainItem {
  readonly value: number;
  readonly priority: number;
  readonly modelId: string | undefined;
  readonly at: number;
  readonly deadline: number;
}

export interface PlainRules {
  readonly maxBatchSize: number;
  readonly batchWaitMs: number;
  readonly maxConcurrentBatches: number;
  /** Undefined where each counts as 1. */
  readonly sizeOf: ((values: readonly number[]) => number) | undefined;
}

export interface PlainBatch {
  readonly values: readonly number[];
  readonly reason: BatchReason;
}

interface Due {
  readonly first: PlainItem;
  readonly chosen: readonly PlainItem[];
  readonly reason: BatchReason;
}

/** What batching should do, said in the plainest way: everything is worked out anew, from a list of all that waits. */
export class PlainModel {
  waiting: PlainItem[] = [];
  running = 0;
  freeSince = Number.NEGATIVE_INFINITY;
  readonly late: number[] = [];
  readonly #rules: PlainRules;

  constructor(rules: PlainRules) {
    this.#rules = rules;
  }

  ask(item: PlainItem): "refused" | "waits" {
    const { sizeOf, maxBatchSize } = this.#rules;
    if (sizeOf && sizeOf([item.value]) > maxBatchSize) return "refused";
    this.waiting.push(item);
    return "waits";
  }

  leave(value: number): void {
    this.waiting = this.waiting.filter((item) => item.value !== value);
  }

  ended(now: number): void {
    this.running -= 1;
    this.freeSince = now;
  }

  /** The batches that start now. @param runMs how long a batch of some size is thought to run */
  start(now: number, runMs: (size: number) => number): PlainBatch[] {
    const started: PlainBatch[] = [];
    while (this.running < this.#rules.maxConcurrentBatches) {
      this.late.push(
        ...this.waiting.filter((item) => item.deadline <= now).map((one) => one.value),
      );
      this.waiting = this.waiting.filter(({ deadline }) => deadline > now);
      const due = this.#groups().flatMap((group) => this.#due(group, now, runMs));
      due.sort((a, b) => before(a.first, b.first));
      const [next] = due;
      if (!next) break;
      this.running += 1;
      this.waiting = this.waiting.filter((item) => !next.chosen.includes(item));
      const values = next.chosen.map(({ value }) => value).sort((a, b) => a - b);
      started.push({ values, reason: next.reason });
    }
    return started;
  }

  /** By model, those that go first first. Values are given in the order of arrival. */
  #groups(): PlainItem[][] {
    const models = [...new Set(this.waiting.map(({ modelId }) => modelId))];
    return models.map((model) =>
      this.waiting.filter(({ modelId }) => modelId === model).sort(before),
    );
  }

  #due(group: PlainItem[], now: number, runMs: (size: number) => number): Due[] {
    const { maxBatchSize, batchWaitMs, sizeOf = (values) => values.length } = this.#rules;
    const sizes = group.map((_, at) => sizeOf(group.slice(0, at + 1).map(({ value }) => value)));
    const fits = sizes.filter((size) => size <= maxBatchSize);
    const full = fits.length < group.length || fits.at(-1) === maxBatchSize;
    const first = group[0] as PlainItem;
    const chosen = group.slice(0, fits.length);
    if (full) return [{ first, chosen, reason: "full" }];
    const waitOver = Math.min(...group.map(({ at }) => at)) + batchWaitMs;
    const deadline = Math.min(...group.map((item) => item.deadline));
    const latest =
      deadline === Number.POSITIVE_INFINITY ? deadline : deadline - runMs(sizes.at(-1) as number);
    const at = Math.min(waitOver, latest);
    if (at > now) return [];
    const reason: BatchReason =
      at < this.freeSince ? "slot" : latest < waitOver ? "deadline" : "wait";
    return [{ first, chosen, reason }];
  }
}

function before(a: PlainItem, b: PlainItem): number {
  return b.priority - a.priority || a.value - b.value;
}
