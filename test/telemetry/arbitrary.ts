import fc from "fast-check";
import type { MetricFamily, MetricsSnapshot, Series } from "../../src/telemetry/snapshot.ts";

const BUCKETS = [
  [1, 2],
  [0.5, 1, 2],
] as const;
const TYPES = ["counter", "gauge", "histogram"] as const;

// Whole numbers: sums of others depend on their order.
const amount = fc.nat(1000);
const text = fc.oneof(fc.constantFrom("a", "b", "c"), fc.string({ unit: "binary" }));
const labels = fc.dictionary(fc.constantFrom("x", "y"), text, { noNullPrototype: true });

function series(buckets: readonly number[]): fc.Arbitrary<Series> {
  const counts = fc.array(amount, {
    minLength: buckets.length + 1,
    maxLength: buckets.length + 1,
  });
  return fc.record({
    labels,
    value: amount,
    counts: buckets.length > 0 ? counts : fc.constant([]),
  });
}

const family: fc.Arbitrary<MetricFamily> = fc
  .record({
    type: fc.constantFrom(...TYPES),
    // Few, so that they meet; each with a unit of its own.
    name: fc.constantFrom("one", "two"),
    help: fc.oneof(fc.constant("Help."), fc.string({ unit: "binary", minLength: 1 })),
    combine: fc.constantFrom("sum" as const, "max" as const),
    buckets: fc.constantFrom<readonly number[]>(...BUCKETS),
  })
  .chain(({ type, buckets, ...rest }) => {
    const own = type === "histogram" ? buckets : [];
    return fc.uniqueArray(series(own), { selector: keyOf, maxLength: 4 }).map((all) => ({
      ...rest,
      type,
      unit: "1",
      buckets: own,
      series: all,
    }));
  });

export function keyOf({ labels: of }: Pick<Series, "labels">): string {
  return JSON.stringify(Object.entries(of).sort());
}

export function kindOf({ name, type, combine, buckets }: MetricFamily): string {
  return JSON.stringify([name, type, combine, buckets]);
}

/** Snapshots whose metrics and series meet those of others. */
export const snapshots: fc.Arbitrary<MetricsSnapshot> = fc.uniqueArray(family, {
  selector: kindOf,
  maxLength: 4,
});

/** The same whatever the order of metrics and series; texts belong to whichever came first. */
export function inOrder(snapshot: MetricsSnapshot): unknown {
  return snapshot
    .map((one) => ({
      kind: kindOf(one),
      series: one.series
        .map(({ value, counts, ...rest }) => ({ key: keyOf(rest), value, counts }))
        .sort((a, b) => (a.key < b.key ? -1 : 1)),
    }))
    .sort((a, b) => (a.kind < b.kind ? -1 : 1));
}
