import {
  type Attributes,
  type BatchObservableCallback,
  createNoopMeter,
  type Meter,
  type MetricOptions,
  type Observable,
} from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { define } from "../../src/telemetry/definition.ts";
import { exportMetrics } from "../../src/telemetry/opentelemetry.ts";
import { Registry } from "../../src/telemetry/registry.ts";

const help = "Help.";
const calls = define("counter", "calls", { help, unit: "1", labels: ["path"] });
const used = define("gauge", "used_bytes", { help, unit: "bytes" });
const time = define("histogram", "time_seconds", { help, unit: "seconds", buckets: [0.1, 1] });
const tokens = define("counter", "tokens", { help, unit: "tokens" });

/** Collects as the SDK does: what a callback was not registered for is dropped. */
class CollectingMeter {
  readonly made = new Map<Observable, string>();
  #callback: BatchObservableCallback | undefined;
  #registered: Observable[] = [];

  readonly meter: Meter = Object.assign(createNoopMeter(), {
    createObservableCounter: (name: string, options: MetricOptions) =>
      this.#make(`counter ${name} ${options.unit}`),
    createObservableGauge: (name: string, options: MetricOptions) =>
      this.#make(`gauge ${name} ${options.unit}`),
    addBatchObservableCallback: (callback: BatchObservableCallback, observed: Observable[]) => {
      this.#callback = callback;
      this.#registered = [...observed];
    },
    removeBatchObservableCallback: (callback: BatchObservableCallback, observed: Observable[]) => {
      if (callback !== this.#callback || observed.length !== this.#registered.length) return;
      this.#callback = undefined;
    },
  });

  async collect(): Promise<[string, number, Attributes | undefined][]> {
    const collected: [string, number, Attributes | undefined][] = [];
    const known = new Set(this.#registered);
    const observe = (metric: Observable, value: number, attributes?: Attributes) => {
      if (known.has(metric)) collected.push([this.made.get(metric) ?? "", value, attributes]);
    };
    await this.#callback?.({ observe });
    return collected;
  }

  #make(name: string): Observable {
    const made: Observable = { addCallback: () => {}, removeCallback: () => {} };
    this.made.set(made, name);
    return made;
  }
}

describe("exportMetrics", () => {
  it("hands over what there is whenever OpenTelemetry collects", async () => {
    const registry = new Registry();
    const serve = { metrics: async () => registry.snapshot() };
    const path = registry.family(calls).at(["/a"]);
    registry.cell(used).set(5);
    registry.cell(time).observe(0.5);
    const collecting = new CollectingMeter();
    const stop = await exportMetrics(serve, collecting.meter);
    path.inc(2);
    expect(await collecting.collect()).toEqual([
      ["counter calls 1", 2, { path: "/a" }],
      ["gauge used_bytes By", 5, {}],
      ["counter time_seconds_bucket 1", 0, { le: "0.1" }],
      ["counter time_seconds_bucket 1", 1, { le: "1" }],
      ["counter time_seconds_bucket 1", 1, { le: "+Inf" }],
      ["counter time_seconds_sum s", 0.5, {}],
      ["counter time_seconds_count 1", 1, {}],
      ["gauge isoserve_exported_series {series}", 7, undefined],
    ]);
    stop();
    expect(await collecting.collect()).toEqual([]);
  });

  it("takes up what is counted later", async () => {
    const registry = new Registry();
    const collecting = new CollectingMeter();
    const stop = await exportMetrics(
      { metrics: async () => registry.snapshot() },
      collecting.meter,
    );
    registry.cell(tokens).inc(3);
    const series = ["gauge isoserve_exported_series {series}", 1, undefined];
    expect(await collecting.collect()).toEqual([series]);
    expect(await collecting.collect()).toEqual([["counter tokens {tokens}", 3, {}], series]);
    expect(collecting.made.size).toBe(2);
    stop();
    expect(await collecting.collect()).toEqual([]);
  });
});
