import { REPLICA } from "../telemetry/catalogue.ts";
import { quantile } from "../telemetry/quantile.ts";
import { type MetricsSnapshot, merge, type Series } from "../telemetry/snapshot.ts";
import type { RolloutStats } from "./rollout.ts";

/** What the calls of some replicas have come to, as they count it themselves. */
export interface CallCounts {
  readonly calls: number;
  readonly errors: number;
  /** Calls by how long they took: one count for each of the histogram's buckets. */
  readonly durations: readonly number[];
}

export function callCounts(snapshots: readonly MetricsSnapshot[]): CallCounts {
  const families = merge(snapshots);
  const total = (name: string) =>
    seriesOf(families, name).reduce((sum, { value }) => sum + value, 0);
  const processing = seriesOf(families, REPLICA.processing.name);
  const durations = processing.reduce<readonly number[]>((sums, { counts }) => {
    return counts.map((count, at) => count + (sums[at] ?? 0));
  }, []);
  return { calls: total(REPLICA.calls.name), errors: total(REPLICA.errors.name), durations };
}

/** What has come since. A replica that died meanwhile took its counts with it: nothing is less than 0. */
export function statsSince(before: CallCounts, now: CallCounts): RolloutStats {
  const durations = now.durations.map((count, at) =>
    Math.max(0, count - (before.durations[at] ?? 0)),
  );
  return {
    requests: Math.max(0, now.calls - before.calls),
    errors: Math.max(0, now.errors - before.errors),
    p99Ms: quantile(REPLICA.processing.buckets, durations, 0.99) * 1000,
  };
}

function seriesOf(families: MetricsSnapshot, name: string): readonly Series[] {
  return families.filter((family) => family.name === name).flatMap(({ series }) => series);
}
