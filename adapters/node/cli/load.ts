import { BATCH, REPLICA, ROUTER } from "../../../src/telemetry/catalogue.ts";
import { quantile } from "../../../src/telemetry/quantile.ts";
import type { MetricFamily, MetricsSnapshot, Series } from "../../../src/telemetry/snapshot.ts";

/** What a server had counted at a time. */
export interface Look {
  /** In milliseconds, of any clock that never goes back. */
  readonly at: number;
  readonly metrics: MetricsSnapshot;
}

/** What a deployment has to do. */
export interface Load {
  /** Calls that wait for a replica, at all its callers. */
  readonly queued: number;
  /** Calls that run. */
  readonly running: number;
  /** Since the look before; absent at the first. */
  readonly recent?: RecentLoad;
}

export interface RecentLoad {
  /** Calls that ended. */
  readonly callsPerSecond: number;
  readonly errorsPerSecond: number;
  /** How long calls ran; absent where none ended. */
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** Items of a batch on average; absent where none ran. */
  readonly batchSize?: number;
}

/** The load of a deployment as two looks at its server tell it. */
export function loadOf(
  deployment: { readonly application: string; readonly deployment: string },
  now: Look,
  before: Look | undefined,
): Load {
  const { value } = totals(now.metrics, deployment);
  const load = { queued: value(ROUTER.queued.name), running: value(REPLICA.ongoing.name) };
  if (!before || now.at <= before.at) return load;
  const then = totals(before.metrics, deployment);
  const grown = (name: string) => growth(value(name), then.value(name));
  const seconds = (now.at - before.at) / 1000;
  const run = histogramGrowth(REPLICA.processing.name, now, before, deployment);
  const batches = histogramGrowth(BATCH.size.name, now, before, deployment);
  const ran = run && sum(run.counts) > 0 ? run : undefined;
  const recent = {
    callsPerSecond: grown(REPLICA.calls.name) / seconds,
    errorsPerSecond: grown(REPLICA.errors.name) / seconds,
    ...(ran && {
      p50Ms: 1000 * quantile(ran.buckets, ran.counts, 0.5),
      p99Ms: 1000 * quantile(ran.buckets, ran.counts, 0.99),
    }),
    ...(batches && sum(batches.counts) > 0 && { batchSize: batches.value / sum(batches.counts) }),
  };
  return { ...load, recent };
}

type Deployment = Parameters<typeof loadOf>[0];

interface Grown {
  readonly buckets: readonly number[];
  readonly counts: readonly number[];
  readonly value: number;
}

function histogramGrowth(
  name: string,
  now: Look,
  before: Look,
  deployment: Deployment,
): Grown | undefined {
  const after = totals(now.metrics, deployment).histogram(name);
  if (!after) return undefined;
  const then = totals(before.metrics, deployment).histogram(name);
  // A server that was started anew counts from 0.
  if (!then || after.counts.some((count, at) => count < (then.counts[at] ?? 0))) return after;
  return {
    buckets: after.buckets,
    counts: after.counts.map((count, at) => count - (then.counts[at] ?? 0)),
    value: after.value - then.value,
  };
}

function growth(now: number, before: number): number {
  return now < before ? now : now - before;
}

/** All series of a deployment added up. */
function totals(metrics: MetricsSnapshot, { application, deployment }: Deployment) {
  const isOurs = ({ labels }: Series) =>
    labels["application"] === application && labels["deployment"] === deployment;
  const seriesOf = (name: string): [MetricFamily, Series[]] | undefined => {
    const family = metrics.find((one) => one.name === name);
    return family && [family, family.series.filter(isOurs)];
  };
  return {
    value: (name: string) => sum(seriesOf(name)?.[1].map((one) => one.value) ?? []),
    histogram: (name: string): Grown | undefined => {
      const found = seriesOf(name);
      if (!found) return undefined;
      const [{ buckets }, series] = found;
      const counts = [...buckets, 0].map((_, at) => sum(series.map((one) => one.counts[at] ?? 0)));
      return { buckets, counts, value: sum(series.map((one) => one.value)) };
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
