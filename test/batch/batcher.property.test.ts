import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RunTimes } from "../../src/batch/run-times.ts";
import { PlainModel } from "./plain-model.ts";
import { type Outcome, type Started, Story, settled } from "./story.ts";

type Step =
  | { readonly ask: readonly { priority: number; modelId: string | undefined; inMs: number }[] }
  | { readonly pass: number }
  | { readonly cancel: number }
  | { readonly end: number };

const asking = fc.record({
  priority: fc.constantFrom(0, 0, 0, 1, -1),
  modelId: fc.constantFrom(undefined, undefined, "a", "b"),
  inMs: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 5, 40),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ ask: fc.array(asking, { minLength: 1, maxLength: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ pass: fc.nat(30) }) },
  { weight: 3, arbitrary: fc.record({ end: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ cancel: fc.nat(8) }) },
);
const weight = (value: number) => 1 + (value % 7);
const options = fc.record({
  maxBatchSize: fc.integer({ min: 1, max: 6 }),
  batchWaitMs: fc.constantFrom(0, 10, 25),
  maxConcurrentBatches: fc.integer({ min: 1, max: 2 }),
  weighed: fc.boolean(),
});

interface Running {
  readonly batch: Started;
  readonly size: number;
  readonly since: number;
}

/** Plays a schedule with a batcher and with the plain model, and compares them after each step. */
class Comparison {
  readonly #story: Story;
  readonly #model: PlainModel;
  readonly #times = new RunTimes();
  readonly #sizeOf: ((values: readonly number[]) => number) | undefined;
  readonly #running: Running[] = [];
  readonly #fates = new Map<number, "refused" | "cancelled">();
  #asked = 0;
  #seen = 0;

  constructor({ weighed, ...given }: typeof options extends fc.Arbitrary<infer T> ? T : never) {
    const sizeOf = (values: readonly number[]) =>
      values.reduce((sum, value) => sum + weight(value), 0);
    this.#sizeOf = weighed ? sizeOf : undefined;
    this.#story = new Story({ ...given, ...(weighed && { batchSizeFn: sizeOf }) });
    this.#model = new PlainModel({ ...given, sizeOf: this.#sizeOf });
  }

  async play(given: Step): Promise<void> {
    if ("ask" in given) for (const one of given.ask) this.#ask(one);
    else if ("pass" in given) this.#story.clock.advance(given.pass);
    else if ("cancel" in given) this.#cancel(this.#story.outcomes.at(-1 - given.cancel));
    else this.#end(given.end);
    await this.#check();
  }

  /** Ends all that runs until nothing waits. Then every item has one answer. */
  async finish(): Promise<void> {
    for (let round = 0; round < 200 && !this.#story.batcher.idle; round += 1) {
      this.#end(0);
      await this.#check();
      this.#story.clock.advance(25);
      await this.#check();
    }
    expect(this.#story.batcher.idle).toBe(true);
    for (const { value, answers, errors } of this.#story.outcomes) {
      const fate =
        this.#fates.get(value) ?? (this.#model.late.includes(value) ? "late" : "answered");
      const codes = { refused: "PAYLOAD_TOO_LARGE", cancelled: "CANCELLED", late: "TIMEOUT" };
      if (fate === "answered") expect([answers, errors]).toEqual([[10 * value], []]);
      else expect([answers, errors.map(({ code }) => code)]).toEqual([[], [codes[fate]]]);
    }
    const ran = this.#story.started.flatMap(({ values }) => values);
    expect(new Set(ran).size).toBe(ran.length);
  }

  #ask({
    priority,
    modelId,
    inMs,
  }: {
    priority: number;
    modelId: string | undefined;
    inMs: number;
  }) {
    this.#asked += 1;
    const value = this.#asked;
    const at = this.#story.clock.now();
    const deadline = at + inMs;
    this.#story.ask(value, {
      priority,
      modelId,
      deadline: Number.isFinite(deadline) ? deadline : undefined,
    });
    const took = this.#model.ask({ value, priority, modelId, at, deadline });
    if (took === "refused") this.#fates.set(value, "refused");
  }

  #cancel(outcome: Outcome | undefined): void {
    if (!outcome || this.#fates.has(outcome.value) || this.#model.late.includes(outcome.value))
      return;
    if (outcome.answers.length > 0) return;
    outcome.cancellation.cancel("left");
    this.#model.leave(outcome.value);
    this.#fates.set(outcome.value, "cancelled");
  }

  #end(at: number): void {
    const [run] = this.#running.splice(at % Math.max(1, this.#running.length), 1);
    if (!run) return;
    const now = this.#story.clock.now();
    run.batch.end();
    this.#times.observe(run.size, now - run.since);
    this.#model.ended(now);
  }

  async #check(): Promise<void> {
    await settled();
    const now = this.#story.clock.now();
    const runMs = (size: number) => this.#times.high(size) ?? Number.POSITIVE_INFINITY;
    const expected = this.#model.start(now, runMs);
    // Those that start at the same time do so in any order.
    const started = this.#story.started.slice(this.#seen);
    this.#seen += started.length;
    const seen = started.map(({ values, info: { reason } }) => ({ values, reason }));
    expect(seen.sort(byFirst)).toEqual(expected.toSorted(byFirst));
    for (const { values } of expected) {
      const batch = started.find((one) => one.values[0] === values[0]) as Started;
      this.#running.push({ batch, size: this.#sizeOf?.(values) ?? values.length, since: now });
    }
  }
}

function byFirst(a: { readonly values: readonly number[] }, b: typeof a): number {
  return (a.values[0] as number) - (b.values[0] as number);
}

describe("Batcher, in any schedule", () => {
  it("does as the plain model does: each item is answered once, in order of arrival within a batch", async () => {
    await fc.assert(
      fc.asyncProperty(options, fc.array(step, { maxLength: 30 }), async (given, steps) => {
        const comparison = new Comparison(given);
        for (const one of steps) await comparison.play(one);
        await comparison.finish();
      }),
      { numRuns: 1000 },
    );
  }, 120_000);
});
