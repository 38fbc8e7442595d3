import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketOf, LATENCY_BUCKETS } from "../../src/telemetry/buckets.ts";
import { quantile } from "../../src/telemetry/quantile.ts";

function counted(buckets: readonly number[], values: readonly number[]): number[] {
  const counts = new Array<number>(buckets.length + 1).fill(0);
  for (const value of values) {
    const at = bucketOf(buckets, value);
    counts[at] = (counts[at] as number) + 1;
  }
  return counts;
}

describe("bucketOf", () => {
  it("finds the first bucket that holds a value", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: 0, max: 1000 }), (value) => {
        const at = LATENCY_BUCKETS.findIndex((bound) => value <= bound);
        expect(bucketOf(LATENCY_BUCKETS, value)).toBe(at < 0 ? LATENCY_BUCKETS.length : at);
      }),
    );
    for (const [at, bound] of LATENCY_BUCKETS.entries()) {
      expect(bucketOf(LATENCY_BUCKETS, bound)).toBe(at);
    }
  });
});

describe("quantile", () => {
  it("lies in the bucket of the value that is there", () => {
    const values = fc.array(fc.double({ noNaN: true, min: 0, max: 600 }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ noNaN: true, min: 0.001, max: 1 }), (all, q) => {
        const sorted = all.toSorted((a, b) => a - b);
        const actual = sorted[Math.ceil(q * sorted.length) - 1] as number;
        const at = bucketOf(LATENCY_BUCKETS, actual);
        const found = quantile(LATENCY_BUCKETS, counted(LATENCY_BUCKETS, all), q);
        expect(found).toBeLessThanOrEqual(LATENCY_BUCKETS[at] as number);
        expect(found).toBeGreaterThanOrEqual(LATENCY_BUCKETS[at - 1] ?? 0);
      }),
    );
  });

  it.each([
    ["in the middle of a bucket", [1, 2, 4], [0, 4, 0, 0], 0.5, 1.5],
    ["over two buckets", [1, 2, 4], [2, 2, 0, 0], 0.75, 1.5],
    ["past the largest bound", [1, 2, 4], [0, 0, 0, 3], 0.99, 4],
    ["of nothing", [1, 2, 4], [0, 0, 0, 0], 0.5, Number.NaN],
    ["of values under zero", [-1, 1], [2, 0, 0], 0.5, -1],
  ])("interpolates %s", (_, buckets, counts, q, expected) => {
    expect(quantile(buckets, counts, q)).toBe(expected);
  });
});
