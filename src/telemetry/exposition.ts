import type { MetricFamily, MetricsSnapshot, Series } from "./snapshot.ts";

/** The content type of `prometheusText`. */
export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * A snapshot in Prometheus' text format 0.0.4, https://prometheus.io/docs/instrumenting/exposition_formats/, by name.
 * Of metrics that share a name but neither type nor buckets only the first is shown: the format allows no more.
 */
export function prometheusText(snapshot: MetricsSnapshot): string {
  const families = new Map<string, MetricFamily>();
  for (const family of snapshot) {
    if (!families.has(family.name) && family.series.length > 0) families.set(family.name, family);
  }
  const sorted = [...families.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.map(familyText).join("");
}

/** A metric's name as it is shown. */
export function shownName({ type, name }: Pick<MetricFamily, "type" | "name">): string {
  return type === "counter" ? `${name}_total` : name;
}

function familyText(family: MetricFamily): string {
  const { type, help, series } = family;
  const name = shownName(family);
  const head = `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n`;
  if (type === "histogram") {
    return head + series.map((one) => histogramText(family, one)).join("");
  }
  return head + series.map(({ labels, value }) => line(name, labels, value)).join("");
}

function histogramText({ name, buckets }: MetricFamily, { labels, value, counts }: Series): string {
  let total = 0;
  let text = "";
  for (const [at, count] of counts.entries()) {
    total += count;
    const le = at < buckets.length ? shown(buckets[at] as number) : "+Inf";
    text += line(`${name}_bucket`, { ...labels, le }, total);
  }
  return text + line(`${name}_sum`, labels, value) + line(`${name}_count`, labels, total);
}

function line(name: string, labels: Series["labels"], value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${quoted(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${shown(value)}\n`;
}

function shown(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function quoted(text: string): string {
  return escaped(text).replaceAll('"', '\\"');
}
