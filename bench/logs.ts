import { calls } from "./apps.ts";
import { CONNECTIONS, loaded } from "./http.ts";
import { createServe, node } from "./isoserve.ts";
import { throughput } from "./load.ts";
import { interleave, type Sample } from "./measure.ts";
import { ServerProcess } from "./server-process.ts";
import type { BenchOptions, Suite } from "./suite.ts";
import { compare, type Row } from "./table.ts";
import { needWrk } from "./wrk.ts";

const WITHOUT = "without";
const IN_FLIGHT = 64;

/** What an access log, lines of replicas, and traces cost. */
export const logsSuite: Suite = {
  name: "logs",
  run: async (options) => [
    ...(await requests("logged", "request with access log", options)),
    ...(await requests("traced", "request with traces", options)),
    ...(await lines(options)),
  ],
};

async function requests(
  server: string,
  name: string,
  { rounds, seconds }: BenchOptions,
): Promise<Row[]> {
  await needWrk();
  // A terminal would be slower than the log.
  const [observed, plain] = [
    await ServerProcess.start(server, { stderr: "ignore" }),
    await ServerProcess.start("isoserve"),
  ];
  const load = { connections: CONNECTIONS, seconds };
  const samples = await interleave(rounds, {
    isoserve: () => loaded(observed, "/ok", load),
    [WITHOUT]: () => loaded(plain, "/ok", load),
  });
  await Promise.all([observed.stop(), plain.stop()]);
  return rows(samples, name);
}

/** Calls that write a line each, to a sink that does nothing, against calls whose line is below the level. */
async function lines({ rounds, seconds }: BenchOptions): Promise<Row[]> {
  const log = { write: () => {} };
  const serves = [createServe(node({ log })), createServe(node({ log }))] as const;
  const module = `${import.meta.resolve("./apps.ts")}#calls`;
  const [writing, silent] = await Promise.all([
    serves[0].run(calls, { module }),
    serves[1].run(calls, { module, logging: { level: "warn" } }),
  ]);
  const samples = await interleave(rounds, {
    isoserve: () => throughput(() => writing.note(), IN_FLIGHT, seconds),
    [WITHOUT]: () => throughput(() => silent.note(), IN_FLIGHT, seconds),
  });
  await Promise.all(serves.map((serve) => serve.shutdown()));
  return rows(samples, "call with a line");
}

type Figure = "perSecond" | "threadUs" | "processUs";

function rows(samples: Record<"isoserve" | typeof WITHOUT, Sample<Figure>[]>, name: string): Row[] {
  const sides = { ours: "isoserve", other: WITHOUT } as const;
  return [
    compare(samples, { ...sides, name, unit: "/s", figure: "perSecond" }),
    compare(samples, { ...sides, name: `${name}: main CPU`, unit: "µs", figure: "threadUs" }),
    compare(samples, { ...sides, name: `${name}: all CPU`, unit: "µs", figure: "processUs" }),
  ];
}
