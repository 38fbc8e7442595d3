import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { relay } from "./apps.ts";
import { CONNECTIONS, loaded } from "./http.ts";
import { serve } from "./isoserve.ts";
import { latency } from "./load.ts";
import { interleave } from "./measure.ts";
import { rawPort } from "./peers/raw.ts";
import { ServerProcess } from "./server-process.ts";
import type { BenchOptions, Suite } from "./suite.ts";
import { compare, type Row } from "./table.ts";
import { needWrk } from "./wrk.ts";

const ours = "isoserve";
const module = `${import.meta.resolve("./apps.ts")}#relay`;

/** What it costs that a deployment has another one do the work. */
export const hopSuite: Suite = {
  name: "hops",
  run: async (options) => [...(await oneMore(options)), ...(await echoes(options))],
};

/** From the ingress replica to another one and back, and nothing else under way. */
async function oneMore({ rounds, seconds }: BenchOptions): Promise<Row[]> {
  const other = "raw port";
  const handle = await serve.run(relay, { module });
  const raw = await rawPort();
  const p50Ms = async (call: () => PromiseLike<unknown>) =>
    (await latency(() => {}, call, seconds / 2)).p50Ms;
  const samples = await interleave(rounds, {
    isoserve: async () => {
      const without = await p50Ms(() => handle.here());
      return { hopMs: (await p50Ms(() => handle.there())) - without };
    },
    [other]: async () => ({ hopMs: await p50Ms(() => raw.call()) }),
  });
  await Promise.all([serve.delete("default"), raw.close()]);
  const name = "one more hop, p50";
  return [
    compare(samples, { name, unit: "ms", figure: "hopMs", ours, other, target: { below: 0.15 } }),
  ];
}

/** 10 KB to the ingress replica, on to another one, and all the way back. */
async function echoes({ rounds, seconds }: BenchOptions): Promise<Row[]> {
  await needWrk();
  const other = "bare node:http";
  const [served, bare] = [await ServerProcess.start("isoserve"), await ServerProcess.start("bare")];
  const folder = await mkdtemp(join(tmpdir(), "isoserve-bench-"));
  const body = join(folder, "body");
  await writeFile(body, "x".repeat(10 * 1024));
  const load = { connections: CONNECTIONS, seconds, body };
  const samples = await interleave(rounds, {
    isoserve: () => loaded(served, "/relay/", load),
    [other]: () => loaded(bare, "/echo", load),
  });
  await Promise.all([served.stop(), bare.stop(), rm(folder, { recursive: true })]);
  const sides = { ours, other } as const;
  const name = "10 KB echoed, two hops";
  return [
    compare(samples, {
      ...sides,
      ...{ name, unit: "/s", figure: "perSecond", target: { ratioAtLeast: 0.3 } },
    }),
    compare(samples, { ...sides, name: `${name}: all CPU`, unit: "µs", figure: "processUs" }),
  ];
}
