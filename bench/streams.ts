import { relay } from "./apps.ts";
import { CONNECTIONS, loaded } from "./http.ts";
import { serve } from "./isoserve.ts";
import { interleave } from "./measure.ts";
import { rawStream } from "./peers/raw-stream.ts";
import { ServerProcess } from "./server-process.ts";
import type { BenchOptions, Suite } from "./suite.ts";
import { compare, type Row } from "./table.ts";
import { tickers } from "./tickers.ts";
import { needWrk } from "./wrk.ts";

const ours = "isoserve";
const module = `${import.meta.resolve("./apps.ts")}#relay`;
const IN_FLIGHT = 16;
const CHUNKS = 50;
const BYTES = 64;
const OPEN = 1_000;

/** Answers that come in pieces. */
export const streamSuite: Suite = {
  name: "streams",
  run: async (options) => [
    ...(await relayed(options)),
    ...(await overHttp(options)),
    ...(await open(options)),
  ],
};

/** From a replica through another one to the caller. */
async function relayed({ rounds, seconds }: BenchOptions): Promise<Row[]> {
  const other = "raw ports";
  const handle = await serve.run(relay, { module });
  const raw = await rawStream();
  const samples = await interleave(rounds, {
    isoserve: () => chunkRate(() => handle.chunks(CHUNKS, BYTES), seconds),
    [other]: () => chunkRate(() => raw.chunks(CHUNKS, BYTES), seconds),
  });
  await Promise.all([serve.delete("default"), raw.close()]);
  return [
    compare(samples, {
      name: `chunks of ${BYTES} bytes, two hops`,
      ...({ unit: "/s", figure: "perSecond", ours, other } as const),
      target: { atLeast: 150_000 },
    }),
  ];
}

/** Reads several streams at a time, each to its end. */
async function chunkRate(stream: () => AsyncIterable<unknown>, seconds: number) {
  let chunks = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  const lane = async () => {
    while (performance.now() < end) for await (const _chunk of stream()) chunks += 1;
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return { perSecond: chunks / ((performance.now() - start) / 1000) };
}

/** The same to clients. */
async function overHttp({ rounds, seconds }: BenchOptions): Promise<Row[]> {
  await needWrk();
  const other = "bare node:http";
  const [served, bare] = [await ServerProcess.start("isoserve"), await ServerProcess.start("bare")];
  const load = { connections: CONNECTIONS, seconds };
  const chunks = async (server: ServerProcess, path: string) => {
    const { perSecond, processUs } = await loaded(server, path, load);
    return { perSecond: perSecond * CHUNKS, processUs: processUs / CHUNKS };
  };
  const samples = await interleave(rounds, {
    isoserve: () => chunks(served, "/relay/"),
    [other]: () => chunks(bare, "/chunks"),
  });
  await Promise.all([served.stop(), bare.stop()]);
  const sides = { ours, other } as const;
  const name = `chunks of ${BYTES} bytes, two hops and HTTP`;
  return [
    compare(samples, { ...sides, name, unit: "/s", figure: "perSecond" }),
    compare(samples, { ...sides, name: `${name}: all CPU`, unit: "µs", figure: "processUs" }),
  ];
}

/** Many streams that are open at once, each with a chunk every 50 ms. */
async function open({ rounds, seconds }: BenchOptions): Promise<Row[]> {
  const other = "bare node:http";
  const [served, bare] = [await ServerProcess.start("isoserve"), await ServerProcess.start("bare")];
  const samples = await interleave(rounds, {
    isoserve: () => tickers(served.port, "/ticks/", OPEN, seconds),
    [other]: () => tickers(bare.port, "/ticks", OPEN, seconds),
  });
  await Promise.all([served.stop(), bare.stop()]);
  return [
    compare(samples, {
      name: `${OPEN} open streams, 20 chunks/s each: jitter, p99`,
      ...({ unit: "ms", figure: "jitterMs", ours, other } as const),
      target: { below: 50 },
    }),
  ];
}
