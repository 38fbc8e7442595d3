import { afterAll, describe, it } from "vitest";
import { type Listening, listen, type NodeModule, node } from "../adapters/node/index.ts";
import type { Json } from "../src/config/application-config.ts";
import { cases } from "./platform.suite.ts";
import { realSockets } from "./real-sockets.ts";
import { type Sockets, suiteHost } from "./suite/host.ts";

const listening: Promise<Listening>[] = [];
const sockets: Sockets = (serve) => {
  let server: Promise<Listening> | undefined;
  return realSockets(async () => {
    server ??= listen(serve, { port: 0 });
    listening.push(server);
    return (await server).url;
  });
};

const MODULE = new URL("./fixtures/apps.ts", import.meta.url);

function moduleOf(exportName: string, args: Json | undefined): NodeModule {
  const module = `${MODULE.href}#${exportName}`;
  return args === undefined ? module : { module, args };
}

for (const host of [
  suiteHost(
    "node, inline",
    (log) => node({ log }),
    () => undefined,
    sockets,
  ),
  suiteHost("node, worker threads", (log) => node({ log }), moduleOf, sockets),
]) {
  describe(host.name, () => {
    afterAll(async () => {
      await Promise.all(listening.splice(0).map(async (server) => (await server).close()));
      await host.shutdown();
    });
    for (const { name, run } of cases) it(name, () => run(host), 30_000);
  });
}
