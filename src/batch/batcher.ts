import { Cancellation } from "../cancellation.ts";
import type { RunningCall } from "../context.ts";
import type { BatchMetrics } from "../telemetry/batch-metrics.ts";
import { timedOut } from "../timeout.ts";
import { BatchItem } from "./batch-item.ts";
import type { BatchRules } from "./batch-options.ts";
import { type BatchFunction, type BatchOwner, runBatch } from "./batch-run.ts";
import { Formation, type Next, type Taken } from "./formation.ts";
import { recursionOf } from "./recursion.ts";

export interface BatcherOwner extends Omit<BatchOwner, "where"> {
  /** Told when it has become idle, or takes more or fewer items at once. */
  changed(): void;
  /** Undefined where nothing is counted. */
  metricsOf(method: string): BatchMetrics | undefined;
}

/**
 * Forms the batches of one function and runs them: a batch closes once there is a slot for it, and not before, so that it
 * fills while others run. What goes when is decided by `Formation`.
 *
 * A batch is run by one of its own items, and the next one is formed by one that waits for it: on workerd timers and
 * requests belong to the call that makes them, and end with it.
 */
export class Batcher {
  readonly #fn: BatchFunction;
  readonly #owner: BatcherOwner;
  readonly #formation: Formation<BatchItem>;
  #method: string;
  #metrics: BatchMetrics | undefined;
  #running = 0;
  #freeSince = Number.NEGATIVE_INFINITY;
  #lastNumber = 0;
  #soon = false;
  #alarm: { readonly at: number; readonly setBy: BatchItem; takeBack(): void } | undefined;

  constructor(fn: BatchFunction, method: string, rules: BatchRules, owner: BatcherOwner) {
    this.#fn = fn;
    this.#method = method;
    this.#owner = owner;
    this.#formation = new Formation(rules);
  }

  /** What it is called in messages and metrics. */
  set method(method: string) {
    this.#method = method;
  }

  set rules(rules: BatchRules) {
    this.#formation.rules = rules;
    this.#wake();
    this.#owner.changed();
  }

  /** Items that it runs, and gathers meanwhile, at most; 0 where nobody can tell. */
  get room(): number {
    const { maxBatchSize, maxConcurrentBatches, batchSizeFn, buckets } = this.#formation.rules;
    const count = batchSizeFn ? (buckets.at(-1) ?? 0) : maxBatchSize;
    return count * (maxConcurrentBatches + 1);
  }

  get idle(): boolean {
    return this.#running === 0 && this.#formation.oldest === undefined;
  }

  /**
   * @param call which makes it; without one nothing can cancel it
   * @throws what the function threw or gave for it; ServeError `CANCELLED`, `TIMEOUT`, `PAYLOAD_TOO_LARGE`
   */
  ask(value: unknown, call: RunningCall | undefined): Promise<unknown> {
    const { clock, hold } = this.#owner.platform;
    const recursion = recursionOf(call, this.#fn, this.#where);
    if (recursion) return Promise.reject(recursion);
    const cancellation = call?.child(clock) ?? new Cancellation();
    this.#lastNumber += 1;
    const origin = { call, cancellation, createdAt: clock.now(), number: this.#lastNumber };
    const item = new BatchItem(value, origin);
    const refusal = this.#formation.refusalOf(item, this.#where);
    if (refusal) {
      cancellation.end();
      return Promise.reject(refusal.error);
    }
    this.#join(item);
    return item.answer(() => this.#where, hold);
  }

  get #where(): string {
    const { application, deployment } = this.#owner.replica;
    return `${application}/${deployment}.${this.#method}`;
  }

  get #hasSlot(): boolean {
    return this.#running < this.#formation.rules.maxConcurrentBatches;
  }

  #join(item: BatchItem): void {
    this.#formation.add(item);
    item.whenLeft(() => this.#leave(item));
    this.#count();
    if (this.#soon || !this.#hasSlot) return;
    this.#soon = true;
    // All that comes in this turn may go together.
    queueMicrotask(() => {
      this.#soon = false;
      this.#form(item);
    });
  }

  #leave(item: BatchItem): void {
    this.#formation.remove(item);
    this.#count();
    if (this.#alarm?.setBy === item) this.#wake();
    if (this.idle) this.#owner.changed();
  }

  /** Has somebody who waits look at what is due. */
  #wake(): void {
    this.#unsetAlarm();
    const keeper = this.#formation.oldest;
    if (keeper && this.#hasSlot) keeper.assign(() => this.#form(keeper));
  }

  /** Closes what is due, and sees to it that somebody looks again when more is. @param by in whose call this is done */
  #form(by: BatchItem): void {
    const now = this.#owner.platform.clock.now();
    for (const item of this.#formation.takeLate(now)) {
      item.fail(timedOut(this.#where, item.deadline as number));
    }
    let next = this.#next(now);
    for (; next && next.at <= now; next = this.#next(now)) this.#close(next, now);
    if (next) this.#lookAgain(next.at, by);
    else this.#unsetAlarm();
    this.#count();
    if (this.idle) this.#owner.changed();
  }

  #next(now: number): Next<BatchItem> | undefined {
    if (!this.#hasSlot) return undefined;
    return this.#formation.next(this.#where, this.#freeSince, now);
  }

  #lookAgain(at: number, by: BatchItem): void {
    if (this.#alarm?.at === at && this.#formation.has(this.#alarm.setBy)) return;
    if (!this.#formation.has(by)) return this.#wake();
    this.#unsetAlarm();
    const takeBack = this.#owner.platform.clock.alarm(at, () => {
      this.#alarm = undefined;
      this.#form(by);
    });
    this.#alarm = { at, setBy: by, takeBack };
  }

  #unsetAlarm(): void {
    this.#alarm?.takeBack();
    this.#alarm = undefined;
  }

  #close(next: Next<BatchItem>, now: number): void {
    const batch = this.#formation.take(next, this.#where);
    this.#running += 1;
    for (const { item, error } of batch.refused) item.fail(error);
    for (const item of batch.taken) item.whenLeft(() => {});
    const [first] = batch.taken;
    if (first) first.assign(() => void this.#run(batch));
    else this.#ended(now);
  }

  async #run({ taken, reason, paddedSize }: Taken<BatchItem>): Promise<void> {
    const { clock } = this.#owner.platform;
    const began = clock.now();
    const items = taken.filter(({ left }) => !left);
    if (items.length > 0) {
      const { buckets } = this.#formation.rules;
      this.#metrics?.began(items, reason, this.#formation.limit, began);
      const learn = () => this.#formation.times.observe(paddedSize, clock.now() - began);
      for (const item of items) item.waitedUntil(began);
      const owner = { ...this.#owner, where: this.#where };
      await runBatch(this.#fn, { items, reason, buckets }, owner, learn);
      this.#metrics?.ended(clock.now() - began);
    }
    this.#ended(clock.now());
  }

  #ended(now: number): void {
    this.#running -= 1;
    this.#freeSince = now;
    this.#wake();
    if (this.idle) this.#owner.changed();
  }

  /** Shows how many wait. */
  #count(): void {
    this.#metrics ??= this.#owner.metricsOf(this.#method);
    this.#metrics?.waiting(this.#formation.size);
  }
}
