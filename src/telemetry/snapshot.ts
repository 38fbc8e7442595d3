import { type Definition, identity } from "./definition.ts";

/** One series: a set of labels and what was counted under it. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Of a histogram the sum of what was observed. */
  readonly value: number;
  /** Of a histogram how many values each bucket holds, without those of the smaller ones, the last without a bound; else empty. */
  readonly counts: readonly number[];
}

/** A metric with all its series. */
export interface MetricFamily
  extends Pick<Definition, "type" | "name" | "help" | "unit" | "buckets" | "combine"> {
  readonly series: readonly Series[];
}

/** What registries hold at one moment; plain data, each metric once. */
export type MetricsSnapshot = readonly MetricFamily[];

/**
 * One snapshot of several. Counters and histograms add up; gauges of the same labels do as they declare. Metrics of
 * one name and different types or buckets stay apart.
 */
export function merge(snapshots: readonly MetricsSnapshot[]): MetricsSnapshot {
  const families = new Map<string, { family: MetricFamily; series: Map<string, Series> }>();
  for (const family of snapshots.flat()) {
    const key = identity(family);
    let merged = families.get(key);
    if (!merged) {
      merged = { family, series: new Map() };
      families.set(key, merged);
    }
    for (const one of family.series) {
      const labels = labelsKey(one.labels);
      const other = merged.series.get(labels);
      merged.series.set(labels, other ? combined(family, other, one) : one);
    }
  }
  return [...families.values()].map(({ family, series }) => ({
    ...family,
    series: [...series.values()],
  }));
}

/** What outlives the registry that had it: a gauge tells of now, and there is no now any more. */
export function lasting(snapshot: MetricsSnapshot): MetricsSnapshot {
  return snapshot.filter(({ type }) => type !== "gauge");
}

function combined({ type, combine }: MetricFamily, a: Series, b: Series): Series {
  const largest = type === "gauge" && combine === "max";
  return {
    labels: a.labels,
    value: largest ? Math.max(a.value, b.value) : a.value + b.value,
    counts: a.counts.map((count, at) => count + (b.counts[at] as number)),
  };
}

/** The same for the same labels in any order. */
function labelsKey(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
