export { exportTraces } from "./opentelemetry-traces.ts";

import type { Attributes, BatchObservableCallback, Meter, Observable } from "@opentelemetry/api";
import type { MetricFamily, MetricsSnapshot, Series } from "./snapshot.ts";

/** A number of a snapshot as OpenTelemetry takes it: by the name of an instrument, with attributes. */
interface Observation {
  readonly instrument: string;
  readonly family: MetricFamily;
  readonly value: number;
  readonly attributes: Attributes;
}

/**
 * Hands metrics to OpenTelemetry whenever it collects, so that counting itself costs no more. OpenTelemetry's API has
 * no histograms that are observed, so one becomes three counters: `name_bucket` with the attribute `le`, `name_sum` and
 * `name_count`. What is first counted later is handed over from the second time on.
 *
 * @param serve whose metrics
 * @param meter `metrics.getMeter("isoserve")` of `@opentelemetry/api`
 * @returns what ends it
 * @example
 * const stop = await exportMetrics(serve, metrics.getMeter("isoserve"));
 */
export async function exportMetrics(
  serve: { metrics(): Promise<MetricsSnapshot> },
  meter: Meter,
): Promise<() => void> {
  // Always there, so that OpenTelemetry asks before anything was counted.
  const handedOver = meter.createObservableGauge("isoserve_exported_series", {
    description: "Series that were handed to OpenTelemetry.",
    unit: "{series}",
  });
  const instruments = new Map<string, Observable>();
  let registered: Observable[] = [];
  const register = (snapshot: MetricsSnapshot) => {
    for (const observation of observations(snapshot)) {
      const { instrument } = observation;
      if (!instruments.has(instrument)) instruments.set(instrument, created(meter, observation));
    }
    if (instruments.size < registered.length) return;
    meter.removeBatchObservableCallback(observe, registered);
    registered = [handedOver, ...instruments.values()];
    meter.addBatchObservableCallback(observe, registered);
  };
  const observe: BatchObservableCallback = async (result) => {
    const snapshot = await serve.metrics();
    const all = observations(snapshot);
    for (const { instrument, value, attributes } of all) {
      const known = instruments.get(instrument);
      if (known) result.observe(known, value, attributes);
    }
    result.observe(handedOver, all.length);
    register(snapshot);
  };
  register(await serve.metrics());
  return () => meter.removeBatchObservableCallback(observe, registered);
}

function created(meter: Meter, { instrument, family }: Observation): Observable {
  const { type, help: description, unit } = family;
  const counts = instrument.endsWith("_count") || instrument.endsWith("_bucket");
  const options = { description, unit: type === "histogram" && counts ? "1" : unitOf(unit) };
  return type === "gauge"
    ? meter.createObservableGauge(instrument, options)
    : meter.createObservableCounter(instrument, options);
}

/** As UCUM writes it, which OpenTelemetry asks for; what it has no unit for is an annotation. */
function unitOf(unit: string): string {
  const UCUM: Readonly<Record<string, string>> = {
    "1": "1",
    seconds: "s",
    bytes: "By",
    ratio: "1",
  };
  return UCUM[unit] ?? `{${unit}}`;
}

function observations(snapshot: MetricsSnapshot): Observation[] {
  return snapshot.flatMap((family) =>
    family.series.flatMap((series) =>
      family.type === "histogram"
        ? histogramObservations(family, series)
        : [{ instrument: family.name, family, value: series.value, attributes: series.labels }],
    ),
  );
}

function histogramObservations(family: MetricFamily, series: Series): Observation[] {
  const { name, buckets } = family;
  const { labels, value, counts } = series;
  let total = 0;
  const bounded = counts.map((count, at) => {
    total += count;
    const le = at < buckets.length ? String(buckets[at]) : "+Inf";
    const attributes = { ...labels, le };
    return { instrument: `${name}_bucket`, family, value: total, attributes };
  });
  return [
    ...bounded,
    { instrument: `${name}_sum`, family, value, attributes: labels },
    { instrument: `${name}_count`, family, value: total, attributes: labels },
  ];
}
