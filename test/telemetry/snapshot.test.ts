import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lasting, type MetricsSnapshot, merge } from "../../src/telemetry/snapshot.ts";
import { inOrder, snapshots } from "./arbitrary.ts";

describe("merge", () => {
  it("is associative", () => {
    fc.assert(
      fc.property(snapshots, snapshots, snapshots, (a, b, c) => {
        expect(inOrder(merge([merge([a, b]), c]))).toEqual(inOrder(merge([a, merge([b, c])])));
        expect(inOrder(merge([a, b, c]))).toEqual(inOrder(merge([merge([a, b]), c])));
      }),
    );
  });

  it("gives the same numbers in any order, and what it is given when that is all", () => {
    fc.assert(
      fc.property(snapshots, snapshots, (a, b) => {
        expect(inOrder(merge([a, b]))).toEqual(inOrder(merge([b, a])));
        expect(inOrder(merge([a]))).toEqual(inOrder(a));
        expect(inOrder(merge([a, []]))).toEqual(inOrder(a));
      }),
    );
  });

  it("adds up counters and histograms, whatever the order of their labels", () => {
    const one: MetricsSnapshot = [
      {
        type: "histogram",
        name: "h",
        help: "",
        unit: "1",
        combine: "sum",
        buckets: [1],
        series: [{ labels: { a: "1", b: "2" }, value: 3, counts: [1, 2] }],
      },
    ];
    const other = one.map((family) => ({
      ...family,
      series: [{ labels: { b: "2", a: "1" }, value: 0.5, counts: [1, 0] }],
    }));
    expect(merge([one, other])[0]?.series).toEqual([
      { labels: { a: "1", b: "2" }, value: 3.5, counts: [2, 2] },
    ]);
  });

  it.each([
    ["sum", 5],
    ["max", 3],
  ] as const)("takes the %s of gauges that declare it", (combine, value) => {
    const gauge = (now: number): MetricsSnapshot => [
      {
        type: "gauge",
        name: "g",
        help: "",
        unit: "1",
        combine,
        buckets: [],
        series: [{ labels: {}, value: now, counts: [] }],
      },
    ];
    expect(merge([gauge(3), gauge(2)])[0]?.series[0]?.value).toBe(value);
  });

  it("crosses a boundary as it is", () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        expect(structuredClone(snapshot)).toEqual(snapshot);
      }),
    );
  });
});

describe("lasting", () => {
  it("is all but gauges", () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const kept = lasting(snapshot);
        expect(kept).toEqual(snapshot.filter(({ type }) => type !== "gauge"));
      }),
    );
  });
});
