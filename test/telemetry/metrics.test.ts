import { beforeEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { Cancellation } from "../../src/cancellation.ts";
import { RunningCall, registerAsyncContext, synchronousContext } from "../../src/context.ts";
import { keepNothing } from "../../src/keep-alive.ts";
import { ReplicaModels } from "../../src/multiplex/replica-models.ts";
import { holdNothing } from "../../src/platform.ts";
import { type Counter, type Labelled, metrics } from "../../src/telemetry/metrics.ts";
import { Registry } from "../../src/telemetry/registry.ts";
import { hostRegistry } from "../../src/telemetry/scope.ts";
import { quietScope } from "../fixtures/log-book.ts";

const asyncContext = synchronousContext();
registerAsyncContext(asyncContext);

const replica = (index: number) => {
  const tags = { application: "app", deployment: "Model", replica: String(index) };
  const registry = new Registry(tags);
  const scope = quietScope(registry);
  const spec = { application: "app", deployment: "Model", replicaId: `app/Model#${index}` };
  const models = new ReplicaModels(spec, {
    asyncContext,
    clock: { now: () => 0 },
    hold: holdNothing,
    keepAlive: keepNothing,
    scope,
  });
  const context = new RunningCall(
    { ...spec, models, batches: undefined },
    { requestId: "r", priority: 0, affinity: {} },
    new Cancellation(),
    scope,
  );
  return { registry, run: (fn: () => void) => asyncContext.run(context, fn) };
};
const options = { help: "Help.", unit: "1" };
const shown = (registry: Registry) =>
  Object.fromEntries(registry.snapshot().map(({ name, series }) => [name, series[0]?.value]));

describe("metrics", () => {
  let [first, second] = [replica(0), replica(1)];
  beforeEach(() => {
    [first, second] = [replica(0), replica(1)];
  });

  it("count for the replica whose call runs", () => {
    const counter = metrics.counter("counted", options);
    const gauge = metrics.gauge("gauged", options);
    const histogram = metrics.histogram("observed", options);
    for (const [{ run }, amount] of [
      [first, 1],
      [second, 10],
      [first, 2],
    ] as const) {
      run(() => {
        counter.inc(amount);
        gauge.set(amount);
        gauge.inc();
        gauge.dec(2);
        histogram.observe(amount);
      });
    }
    expect(shown(first.registry)).toEqual({ counted: 3, gauged: 1, observed: 3 });
    expect(shown(second.registry)).toEqual({ counted: 10, gauged: 9, observed: 10 });
  });

  it("count for the host when no call runs", () => {
    metrics.counter("outside", options).inc(4);
    expect(shown(hostRegistry)).toMatchObject({ outside: 4 });
  });

  it("of one name may be made again, as when a module is evaluated anew", () => {
    first.run(() => metrics.counter("again_total", options).inc());
    first.run(() => metrics.counter("again", { ...options, help: "Better help." }).inc());
    expect(shown(first.registry)).toEqual({ again: 2 });
  });

  it("of one name and two kinds are told of: only one can be shown", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    metrics.histogram("two_kinds", { ...options, buckets: [1] });
    metrics.histogram("two_kinds", { ...options, buckets: [1] });
    expect(warn).not.toHaveBeenCalled();
    metrics.histogram("two_kinds", { ...options, buckets: [2] });
    metrics.gauge("two_kinds", options);
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      expect.stringContaining(
        "two_kinds was made as a histogram before and now with another combine or other buckets",
      ),
      expect.stringContaining("two_kinds was made as a histogram before and now as a gauge"),
    ]);
    warn.mockRestore();
  });

  it("have typed labels", () => {
    const counter = metrics.counter("labelled", { ...options, labels: ["model", "cached"] });
    expectTypeOf(counter).toEqualTypeOf<Labelled<"model" | "cached", Counter>>();
    expectTypeOf(metrics.counter("bare", options)).toEqualTypeOf<Counter>();
    first.run(() => counter.with({ model: "a", cached: true }).inc());
    expect(first.registry.snapshot()[0]?.series[0]?.labels).toEqual({
      application: "app",
      deployment: "Model",
      replica: "0",
      model: "a",
      cached: "true",
    });
    // @ts-expect-error one is missing
    expect(() => counter.with({ model: "a" })).toThrow("labelled.with: label cached is missing");
    const unknown = { model: "a", cached: 1, size: 2 };
    expect(() => counter.with(unknown)).toThrow(
      "labelled.with: label size is unknown; labels are model, cached",
    );
  });

  it("refuse what Prometheus forbids", () => {
    expect(() => metrics.counter("a-b", options)).toThrow(/^metrics.counter\("a-b"\): the name/);
  });
});
