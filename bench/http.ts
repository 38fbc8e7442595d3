import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuEach, interleave, type Sample } from "./measure.ts";
import { ServerProcess } from "./server-process.ts";
import type { BenchOptions, Suite } from "./suite.ts";
import { compare, type Row, type Target } from "./table.ts";
import { needWrk, type WrkOptions, wrk } from "./wrk.ts";

export const CONNECTIONS = 64;
const BARE = "bare node:http";
const SAME = "same process, same layer";

/** Requests that do nothing, to one replica. */
export const httpSuite: Suite = {
  name: "http",
  run: (options) => withServers((servers) => requests(servers, options)),
};

/** JSON that takes longer to parse than to move, to two replicas. */
export const postSuite: Suite = {
  name: "post",
  run: (options) => withServers((servers) => posts(servers, options)),
};

interface Servers {
  readonly isoserve: ServerProcess;
  readonly bare: ServerProcess;
  readonly same: ServerProcess;
}

async function withServers(run: (servers: Servers) => Promise<Row[]>): Promise<Row[]> {
  await needWrk();
  const servers = {
    isoserve: await ServerProcess.start("isoserve"),
    bare: await ServerProcess.start("bare"),
    same: await ServerProcess.start("same-process"),
  };
  try {
    return await run(servers);
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.stop()));
  }
}

async function requests({ isoserve, bare, same }: Servers, { rounds, seconds }: BenchOptions) {
  const load = { connections: CONNECTIONS, seconds };
  const measure = (server: ServerProcess, path: string) => async () => {
    const many = await loaded(server, path, load);
    const one = await loaded(server, path, { connections: 1, seconds: seconds / 2 });
    return { ...many, oneP50Ms: one.p50Ms };
  };
  const samples = await interleave(rounds, {
    isoserve: measure(isoserve, "/ok"),
    [BARE]: measure(bare, "/"),
    [SAME]: measure(same, "/"),
  });
  const name = `request, ${CONNECTIONS} connections`;
  return [
    ...rates(samples, name, { ratioAtLeast: 0.6 }),
    compare(samples, {
      name: "one request at a time, p50",
      unit: "ms",
      figure: "oneP50Ms",
      ours: "isoserve",
      other: BARE,
    }),
  ];
}

async function posts({ isoserve, bare, same }: Servers, { rounds, seconds }: BenchOptions) {
  const folder = await mkdtemp(join(tmpdir(), "isoserve-bench-"));
  const body = join(folder, "body.json");
  await writeFile(body, JSON.stringify(numbers()));
  const load = { connections: CONNECTIONS, seconds, body };
  const samples = await interleave(rounds, {
    isoserve: () => loaded(isoserve, "/count", load),
    [BARE]: () => loaded(bare, "/", load),
    [SAME]: () => loaded(same, "/", load),
  });
  await rm(folder, { recursive: true });
  const name = "POST of 143 KB JSON";
  return [...rates(samples, name, { ratioAtLeast: 1 })];
}

/** Numbers as a model's input has them, 143 KB as JSON. */
function numbers(): number[] {
  return Array.from({ length: 13_200 }, (_, index) => Number((0.1 + index * 4243e-8).toFixed(8)));
}

/** Loads a server, and tells what that cost it. */
export async function loaded(server: ServerProcess, path: string, options: WrkOptions) {
  const before = await server.cpuTime();
  const load = await wrk(`http://127.0.0.1:${server.port}${path}`, options);
  return { ...load, ...cpuEach(before, await server.cpuTime(), load.requests) };
}

type Figure = "perSecond" | "threadUs" | "processUs";
type Samples = Record<"isoserve" | typeof BARE | typeof SAME, Sample<Figure>[]>;

function rates(samples: Samples, name: string, target: Target): Row[] {
  const rate = { name, unit: "/s", figure: "perSecond", ours: "isoserve" } as const;
  const cpu = { unit: "µs", ours: "isoserve", other: BARE } as const;
  return [
    compare(samples, { ...rate, other: BARE, target }),
    compare(samples, { ...rate, other: SAME }),
    compare(samples, { ...cpu, name: `${name}: main CPU`, figure: "threadUs" }),
    compare(samples, { ...cpu, name: `${name}: all CPU`, figure: "processUs" }),
  ];
}
