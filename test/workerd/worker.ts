import { findIn, moduleOf } from "../../adapters/cloudflare/code-names.ts";
import { cloudflare } from "../../adapters/cloudflare/index.ts";
import { workerdPlatform } from "../../adapters/cloudflare/platform.ts";
import { replicaObject } from "../../adapters/cloudflare/replica-object.ts";
import { type Isolation, systemClock } from "../../src/index.ts";
import { HostLog } from "../../src/telemetry/host-log.ts";
import * as exports from "../fixtures/apps.ts";
import { LogBook } from "../fixtures/log-book.ts";
import { cases } from "../platform.suite.ts";
import { suiteHost } from "../suite/host.ts";
import { board, hear, replicas, show } from "./board.ts";
import { remote } from "./remote.ts";

export { Board } from "./board.ts";

const apps = { ...exports };
/** Objects of a script share its isolate here. */
const log = new LogBook();

/** The platform with its replicas in one place. */
function platformOf(isolation: Isolation) {
  return { ...cloudflare(replicas, log), defaultIsolation: () => isolation };
}

const hosts = {
  inline: suiteHost("cloudflare, inline", () => platformOf("inline"), moduleOf, undefined, log),
  worker: suiteHost("cloudflare, worker", () => platformOf("worker"), moduleOf, undefined, log),
};
show(hosts.worker.serve);

/** Each object is a replica of the applications under test. */
export const Replica = replicaObject({
  find: findIn(apps, "test/fixtures/apps.ts"),
  platform: workerdPlatform(log),
  log: new HostLog(log, systemClock),
  replicas,
  controller: board,
  ask: (known) => board().table(known),
  report: (...loads) => board().loads(...loads),
});

/** Runs the case that a request names and answers what it threw; other requests are for `remote`. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { searchParams, pathname } = new URL(request.url);
    if (pathname !== "/") return remote(request, (isolation) => hosts[isolation as Isolation]);
    const host = hosts[searchParams.get("isolation") as Isolation];
    const found = cases.find(({ name }) => name === searchParams.get("case"));
    if (!found) return new Response("no such case", { status: 404 });
    const deaf = hear(host.serve);
    try {
      await found.run(host);
      return new Response("passed");
    } catch (error) {
      const { message, stack } = error as Error;
      return new Response(`${message}\n${stack}`, { status: 500 });
    } finally {
      deaf();
    }
  },
};
