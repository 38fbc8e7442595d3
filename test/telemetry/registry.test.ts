import { afterEach, describe, expect, it, vi } from "vitest";
import { define } from "../../src/telemetry/definition.ts";
import { MOST_LABEL_SETS } from "../../src/telemetry/family.ts";
import { Registry } from "../../src/telemetry/registry.ts";

const calls = define("counter", "calls", { help: "Calls.", unit: "1", labels: ["a", "b"] });
const load = define("gauge", "load", { help: "Load.", unit: "1" });
const size = define("histogram", "size", { help: "Size.", unit: "1", buckets: [1, 2] });
const tags = { application: "app", deployment: "Model", replica: "3" };

afterEach(() => {
  vi.restoreAllMocks();
});

describe("Registry", () => {
  it("has one series for a set of labels", () => {
    const registry = new Registry();
    const family = registry.family(calls);
    family.at(["x", "y"]).inc();
    family.at(["x", "y"]).inc(2);
    family.at(["xy", ""]).inc(5);
    expect(registry.family({ ...calls }).at(["x", "y"])).toBe(family.at(["x", "y"]));
    expect(registry.snapshot()[0]?.series).toEqual([
      { labels: { a: "x", b: "y" }, value: 3, counts: [] },
      { labels: { a: "xy", b: "" }, value: 5, counts: [] },
    ]);
  });

  it("counts values into buckets, a bound into the bucket under it", () => {
    const registry = new Registry();
    for (const value of [0, 1, 1.5, 2, 2.5]) registry.cell(size).observe(value);
    expect(registry.snapshot()[0]?.series).toEqual([{ labels: {}, value: 7, counts: [2, 2, 1] }]);
  });

  it("adds its tags as a metric wants them", () => {
    const registry = new Registry(tags);
    registry.cell(load).set(1);
    registry.cell({ ...load, name: "all", tagging: "deployment" }).set(2);
    registry.cell({ ...load, name: "bare", tagging: "none" }).set(3);
    expect(registry.snapshot().map(({ series }) => series[0]?.labels)).toEqual([
      tags,
      { application: "app", deployment: "Model" },
      {},
    ]);
  });

  it("gives a copy that does not change", () => {
    const registry = new Registry();
    const cell = registry.cell(size);
    cell.observe(1);
    const before = registry.snapshot();
    cell.observe(1);
    expect(before[0]?.series[0]).toMatchObject({ value: 1, counts: [1, 0, 0] });
  });

  it("counts what has too many label sets as overflow, and says so once", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const family = new Registry().family(calls);
    for (let at = 0; at < MOST_LABEL_SETS; at += 1) family.at([String(at), "x"]).inc();
    expect(warn).not.toHaveBeenCalled();
    family.at(["more", "x"]).inc();
    family.at(["even more", "x"]).inc();
    family.at(["0", "x"]).inc();
    const children = [...family.children];
    expect(children).toHaveLength(MOST_LABEL_SETS + 1);
    expect(children.at(-1)).toMatchObject({ values: ["overflow", "overflow"], cell: { value: 2 } });
    expect(children[0]).toMatchObject({ cell: { value: 2 } });
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith(
      expect.stringContaining(
        'metric calls has 2000 label sets; all others count as "overflow"; give a, b fewer values',
      ),
    );
  });

  it("refuses values that are none, and keeps what it has", () => {
    const registry = new Registry();
    const [counter, gauge] = [registry.family(calls).at(["", ""]), registry.cell(load)];
    const histogram = registry.cell(size);
    const text = "1" as unknown as number;
    for (const by of [-1, Number.NaN, Number.POSITIVE_INFINITY, text]) {
      expect(() => counter.inc(by)).toThrow(/^calls.inc: must be a finite number of at least 0/);
    }
    expect(() => gauge.set(text)).toThrow('load.set: must be a number, got "1"');
    expect(() => histogram.observe(Number.NaN)).toThrow("size.observe: must be a finite number");
    expect([counter.value, gauge.value, histogram.value]).toEqual([0, 0, 0]);
    expect(histogram.counts).toEqual([0, 0, 0]);
  });
});
