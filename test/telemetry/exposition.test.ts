import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ensurePrometheus } from "../../scripts/prometheus.ts";
import { define } from "../../src/telemetry/definition.ts";
import { prometheusText, shownName } from "../../src/telemetry/exposition.ts";
import { Registry } from "../../src/telemetry/registry.ts";
import type { MetricFamily } from "../../src/telemetry/snapshot.ts";
import { snapshots } from "./arbitrary.ts";
import { type ParsedSeries, parseExposition } from "./parse-exposition.ts";

function sample(): Registry {
  const registry = new Registry({ application: "app", deployment: "Model", replica: "0" });
  const calls = define("counter", "calls", { help: "Calls.", unit: "1", labels: ["path"] });
  registry.family(calls).at(['C:\\dir "x"\nnew']).inc(3);
  const load = define("gauge", "load_ratio", { help: "A \\ and a\nbreak.", unit: "ratio" });
  registry.cell(load).set(0.25);
  const time = define("histogram", "time_seconds", {
    help: "Time.",
    unit: "seconds",
    buckets: [0.1, 1],
  });
  for (const value of [0.05, 0.5, 0.5, 7]) registry.cell(time).observe(value);
  return registry;
}

describe("prometheusText", () => {
  it("writes each type as Prometheus wants it", () => {
    expect(prometheusText(sample().snapshot())).toBe(
      String.raw`# HELP calls_total Calls.
# TYPE calls_total counter
calls_total{application="app",deployment="Model",replica="0",path="C:\\dir \"x\"\nnew"} 3
# HELP load_ratio A \\ and a\nbreak.
# TYPE load_ratio gauge
load_ratio{application="app",deployment="Model",replica="0"} 0.25
# HELP time_seconds Time.
# TYPE time_seconds histogram
time_seconds_bucket{application="app",deployment="Model",replica="0",le="0.1"} 1
time_seconds_bucket{application="app",deployment="Model",replica="0",le="1"} 3
time_seconds_bucket{application="app",deployment="Model",replica="0",le="+Inf"} 4
time_seconds_sum{application="app",deployment="Model",replica="0"} 8.05
time_seconds_count{application="app",deployment="Model",replica="0"} 4
`,
    );
  });

  it("passes promtool check metrics", () => {
    const text = prometheusText(sample().snapshot());
    // It exits with 3 for what it would only have different, and prints it.
    expect(promtool(text)).toBe("");
  });

  it("is read back as what it was made from", () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const first = new Map<string, MetricFamily>();
        for (const family of snapshot) {
          const known = first.has(family.name) || family.series.length === 0;
          if (!known) first.set(family.name, family);
        }
        const expected = [...first.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
        expect(parseExposition(prometheusText(snapshot))).toEqual(expected.map(parsed));
      }),
    );
  });

  it("is nothing for nothing", () => {
    expect(prometheusText([])).toBe("");
  });
});

function promtool(text: string): string {
  const { promtool: program } = ensurePrometheus();
  return execFileSync(program, ["check", "metrics"], { input: text, stdio: "pipe" }).toString();
}

/** What the text of a metric must be read as. */
function parsed(family: MetricFamily) {
  const name = shownName(family);
  const series = family.series.flatMap(({ labels, value, counts }): ParsedSeries[] => {
    if (family.type !== "histogram") return [{ name, labels, value }];
    const upTo = (at: number) => counts.slice(0, at + 1).reduce((sum, count) => sum + count, 0);
    return [
      ...counts.map((_, at) => ({
        name: `${name}_bucket`,
        labels: { ...labels, le: at < family.buckets.length ? `${family.buckets[at]}` : "+Inf" },
        value: upTo(at),
      })),
      { name: `${name}_sum`, labels, value },
      { name: `${name}_count`, labels, value: upTo(counts.length) },
    ];
  });
  return { name, type: family.type, help: family.help, series };
}
