import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { manualClock } from "../../adapters/memory/testing.ts";
import { Collector, type MetricsSource, PATIENCE_MS } from "../../src/telemetry/collector.ts";
import { define } from "../../src/telemetry/definition.ts";
import { Registry } from "../../src/telemetry/registry.ts";
import type { MetricsSnapshot } from "../../src/telemetry/snapshot.ts";

const calls = define("counter", "calls", { help: "Calls.", unit: "1" });
const load = define("gauge", "load", { help: "Load.", unit: "1" });
const size = define("histogram", "size", { help: "Size.", unit: "1", buckets: [1, 2] });

/** A replica that counts, answers when it is not blocked, and dies. */
class Source implements MetricsSource {
  readonly registry: Registry;
  asked = 0;
  #blocked: PromiseWithResolvers<void> | undefined;
  #closed = () => {};
  #dead = false;

  constructor(replica: string) {
    this.registry = new Registry({ application: "app", deployment: "Model", replica });
  }

  async metrics(): Promise<MetricsSnapshot> {
    this.asked += 1;
    if (this.#dead) throw new Error("it died");
    // An answer that was under way may come after the death.
    await this.#blocked?.promise;
    return structuredClone(this.registry.snapshot());
  }

  whenClosed(listener: () => void): void {
    this.#closed = listener;
  }

  count(value: number): void {
    this.registry.cell(calls).inc(value);
    this.registry.cell(load).set(value);
    this.registry.cell(size).observe(value);
  }

  block(): void {
    this.#blocked = Promise.withResolvers();
  }

  unblock(): void {
    this.#blocked?.resolve();
    this.#blocked = undefined;
  }

  die(): void {
    this.#dead = true;
    this.#closed();
  }
}

const total = (snapshot: MetricsSnapshot, name: string) =>
  snapshot
    .filter((family) => family.name === name)
    .flatMap(({ series }) => series)
    .reduce((sum, { value }) => sum + value, 0);

describe("Collector", () => {
  it("adds up what its sources count", async () => {
    const collector = new Collector(manualClock());
    const [first, second] = [new Source("0"), new Source("1")];
    collector.add(first);
    collector.add(second);
    first.count(1);
    second.count(2);
    const snapshot = await collector.collect();
    expect(total(snapshot, "calls")).toBe(3);
    expect(snapshot.find(({ name }) => name === "calls")?.series).toHaveLength(2);
  });

  it("keeps what an ended source counted, and goes on with it in the one that takes its place", async () => {
    const collector = new Collector(manualClock());
    const [first, second] = [new Source("0"), new Source("0")];
    collector.add(first);
    first.count(1);
    await collector.look(first);
    first.die();
    const between = await collector.collect();
    expect(total(between, "calls")).toBe(1);
    expect(between.map(({ name }) => name)).toEqual(["calls", "size"]);
    collector.add(second);
    second.count(2);
    const after = await collector.collect();
    expect(after.map(({ name, series }) => [name, series.length, series[0]?.value])).toEqual([
      ["calls", 1, 3],
      ["load", 1, 2],
      ["size", 1, 3],
    ]);
  });

  it("shows a blocked source as it was, after a while, and asks it once", async () => {
    const clock = manualClock();
    const collector = new Collector(clock);
    const source = new Source("0");
    collector.add(source);
    source.count(1);
    await collector.collect();
    source.block();
    source.count(2);
    for (let round = 0; round < 3; round += 1) {
      const collecting = collector.collect();
      clock.advance(PATIENCE_MS);
      expect(total(await collecting, "calls")).toBe(1);
    }
    expect(source.asked).toBe(2);
    const late = collector.collect();
    source.unblock();
    expect(total(await late, "calls")).toBe(3);
  });

  it("never lets a counter or a bucket fall, nor invents one", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        const site = new Site();
        let before: Pick<Site, "shown"> = { shown: [0, 0, 0, 0] };
        for (const one of steps) {
          await site.take(one);
          const { counted, shown } = site;
          expect(shown.map((now, at) => now >= (before.shown[at] as number))).not.toContain(false);
          expect(shown[0]).toBeLessThanOrEqual(counted);
          before = { shown };
        }
      }),
      { numRuns: 300 },
    );
  });
});

const step = fc.record({
  type: fc.constantFrom("count", "count", "collect", "collect", "crash", "drain", "block", "wake"),
  place: fc.nat(1),
});

/** Two places for a source, each taken again as soon as it is free. */
class Site {
  counted = 0;
  /** All calls, and the sizes by bucket, as they were last collected. */
  shown: readonly number[] = [0, 0, 0, 0];
  readonly #clock = manualClock();
  readonly #collector = new Collector(this.#clock);
  readonly #all: Source[] = [];
  readonly #running = [this.#start(0), this.#start(1)];

  async take({ type, place }: { type: string; place: number }): Promise<void> {
    const source = this.#running[place] as Source;
    if (type === "collect")
      this.shown = this.#numbers(await this.#inTime(this.#collector.collect()));
    if (type === "block") source.block();
    if (type === "wake") for (const one of this.#all) one.unblock();
    if (type === "count") {
      this.counted += 1;
      source.count(1);
    }
    if (type === "drain") await this.#inTime(this.#collector.look(source));
    if (type === "drain" || type === "crash") {
      source.die();
      this.#running[place] = this.#start(place);
    }
  }

  #start(place: number): Source {
    const source = new Source(String(place));
    this.#collector.add(source);
    this.#all.push(source);
    return source;
  }

  #inTime<T>(work: Promise<T>): Promise<T> {
    this.#clock.advance(PATIENCE_MS);
    return work;
  }

  #numbers(snapshot: MetricsSnapshot): number[] {
    const sizes = snapshot.find(({ name }) => name === "size")?.series ?? [];
    const inBucket = (at: number) => sizes.reduce((sum, { counts }) => sum + (counts[at] ?? 0), 0);
    return [total(snapshot, "calls"), inBucket(0), inBucket(1), inBucket(2)];
  }
}
