import { AdaptivePace } from "./adaptive-pace.ts";
import type { BatchReason } from "./batch-info.ts";
import type { BatchRules } from "./batch-options.ts";
import { bucketFor } from "./bucket.ts";
import { type Arrival, type Closing, type Forming, nextToClose } from "./close.ts";
import { type Filled, fill, isFull, type Room } from "./fill.ts";
import { Line, type Waiting } from "./line.ts";
import { fixedPace, type Pace } from "./pace.ts";
import { RunTimes } from "./run-times.ts";

/** What forms batches. */
export interface Formable extends Waiting, Arrival {
  /** Those of different models are never together. */
  readonly modelId: string | undefined;
}

interface FormingLine<T extends Formable> extends Forming {
  readonly line: Line<T>;
}

/** When the next batch closes. */
export interface Next<T extends Formable> {
  readonly at: number;
  readonly closing: Closing<FormingLine<T>>;
}

/** A batch that was taken out of those that wait. */
export interface Taken<T> extends Filled<T> {
  readonly reason: BatchReason;
  /** What it counts as in the times of runs: with what fills it up. */
  readonly paddedSize: number;
}

/** All items that wait for a batch, and what is known of when they go. Knows no clock: it is told the time. */
export class Formation<T extends Formable> {
  readonly times = new RunTimes();
  readonly #lines = new Map<string | undefined, Line<T>>();
  #rules: BatchRules;
  #pace: Pace;

  constructor(rules: BatchRules) {
    this.#rules = rules;
    this.#pace = this.#newPace();
  }

  get rules(): BatchRules {
    return this.#rules;
  }

  set rules(rules: BatchRules) {
    this.#rules = rules;
    this.#pace = this.#newPace();
  }

  /** The size at which a batch is full now. */
  get limit(): number {
    return Math.min(this.#pace.limit, this.#rules.maxBatchSize);
  }

  get size(): number {
    let size = 0;
    for (const line of this.#lines.values()) size += line.size;
    return size;
  }

  /** One of those that have waited longest. */
  get oldest(): T | undefined {
    const [line] = this.#lines.values();
    return line?.oldest;
  }

  /** Why it would fit in no batch; undefined for nothing. */
  refusalOf(item: T, where: string): { readonly error: unknown } | undefined {
    return this.#rules.batchSizeFn && fill([item], this.#room(where)).refused[0];
  }

  add(item: T): void {
    const line = this.#lines.get(item.modelId) ?? new Line();
    this.#lines.set(item.modelId, line);
    line.add(item);
    this.#pace.arrived(item.createdAt);
  }

  has(item: T): boolean {
    return this.#lines.get(item.modelId)?.has(item) ?? false;
  }

  remove(item: T): void {
    const line = this.#lines.get(item.modelId);
    line?.remove(item);
    if (line?.size === 0) this.#lines.delete(item.modelId);
  }

  /** Takes out those whose deadline has passed. */
  takeLate(now: number): readonly T[] {
    const late: T[] = [];
    for (const line of this.#lines.values()) {
      if ((line.earliestDeadline ?? Number.POSITIVE_INFINITY) > now) continue;
      for (const item of line.inOrder()) {
        if (item.deadline !== undefined && item.deadline <= now) late.push(item);
      }
    }
    for (const item of late) this.remove(item);
    return late;
  }

  /** @param freeSince when the slot that it will run in became free */
  next(where: string, freeSince: number, now: number): Next<T> | undefined {
    const closing = nextToClose(this.#forming(where, freeSince, now), freeSince, now);
    return closing && { at: closing.at, closing };
  }

  take({ closing }: Next<T>, where: string): Taken<T> {
    const { line } = closing.forming;
    const filled = fill(line.inOrder(), this.#room(where));
    for (const item of filled.taken) this.remove(item);
    for (const { item } of filled.refused) this.remove(item);
    const taken = filled.taken.toSorted((a, b) => a.number - b.number);
    const reason = filled.full ? "full" : closing.reason;
    return { ...filled, taken, reason, paddedSize: bucketFor(filled.size, this.#sizes) };
  }

  *#forming(where: string, freeSince: number, now: number): Generator<FormingLine<T>> {
    const room = this.#room(where);
    for (const line of this.#lines.values()) {
      const filled = room.sizeOf && fill(line.inOrder(), room);
      const size = filled?.size ?? line.size;
      const { earliestDeadline = Number.POSITIVE_INFINITY, newestAt } = line;
      const oldestAt = line.oldest?.createdAt ?? now;
      yield {
        line,
        place: line.first as T,
        full: filled?.full ?? isFull(size, room),
        waitOverAt: this.#pace.waitOverAt({ size, oldestAt, newestAt, freeSince }),
        latestAt: Number.isFinite(earliestDeadline)
          ? earliestDeadline - this.#runMs(size)
          : earliestDeadline,
      };
    }
  }

  /** As long as nothing ran it may be any time. */
  #runMs(size: number): number {
    return this.times.high(bucketFor(size, this.#sizes)) ?? Number.POSITIVE_INFINITY;
  }

  #room(where: string): Room {
    const { batchSizeFn, maxBatchSize, buckets } = this.#rules;
    return {
      where,
      limit: this.limit,
      maxSize: maxBatchSize,
      maxCount: buckets.at(-1) ?? Number.POSITIVE_INFINITY,
      sizeOf: batchSizeFn,
    };
  }

  #newPace(): Pace {
    const { targetLatencyMs, batchWaitMs, maxBatchSize } = this.#rules;
    if (targetLatencyMs === undefined) return fixedPace(maxBatchSize, batchWaitMs);
    const options = { targetMs: targetLatencyMs, maxSize: maxBatchSize, buckets: this.#sizes };
    return new AdaptivePace(options, this.times);
  }

  /** The sizes that batches are filled up to, in the unit of `maxBatchSize`. */
  get #sizes(): readonly number[] {
    return this.#rules.batchSizeFn ? [] : this.#rules.buckets;
  }
}
