import { calls } from "./apps.ts";
import { CONNECTIONS, loaded } from "./http.ts";
import { createServe, node } from "./isoserve.ts";
import { throughput } from "./load.ts";
import { interleave, type Sample } from "./measure.ts";
import { ServerProcess } from "./server-process.ts";
import type { BenchOptions, Suite } from "./suite.ts";
import { compare, type Row } from "./table.ts";
import { needWrk } from "./wrk.ts";

const WITHOUT = "metrics: false";
const IN_FLIGHT = 64;

/** What it costs that requests and calls are counted. */
export const metricsSuite: Suite = {
  name: "metrics",
  run: async (options) => [...(await requests(options)), ...(await noops(options))],
};

async function requests({ rounds, seconds }: BenchOptions): Promise<Row[]> {
  await needWrk();
  const [counted, uncounted] = [
    await ServerProcess.start("isoserve"),
    await ServerProcess.start("uncounted"),
  ];
  const load = { connections: CONNECTIONS, seconds };
  const samples = await interleave(rounds, {
    isoserve: () => loaded(counted, "/ok", load),
    [WITHOUT]: () => loaded(uncounted, "/ok", load),
  });
  await Promise.all([counted.stop(), uncounted.stop()]);
  return rows(samples, "counted request", 0.98);
}

async function noops({ rounds, seconds }: BenchOptions): Promise<Row[]> {
  const [counting, silent] = [createServe(node()), createServe(node(), { metrics: false })];
  const module = `${import.meta.resolve("./apps.ts")}#calls`;
  const counted = await counting.run(calls, { module });
  const uncounted = await silent.run(calls, { module });
  const samples = await interleave(rounds, {
    isoserve: () => throughput(() => counted.noop(), IN_FLIGHT, seconds),
    [WITHOUT]: () => throughput(() => uncounted.noop(), IN_FLIGHT, seconds),
  });
  await Promise.all([counting.shutdown(), silent.shutdown()]);
  return rows(samples, "counted call");
}

type Figure = "perSecond" | "threadUs" | "processUs";

function rows(
  samples: Record<"isoserve" | typeof WITHOUT, Sample<Figure>[]>,
  name: string,
  ratioAtLeast?: number,
): Row[] {
  const sides = { ours: "isoserve", other: WITHOUT } as const;
  const target = ratioAtLeast === undefined ? {} : { target: { ratioAtLeast } };
  return [
    compare(samples, { ...sides, name, unit: "/s", figure: "perSecond", ...target }),
    compare(samples, { ...sides, name: `${name}: main CPU`, unit: "µs", figure: "threadUs" }),
    compare(samples, { ...sides, name: `${name}: all CPU`, unit: "µs", figure: "processUs" }),
  ];
}
