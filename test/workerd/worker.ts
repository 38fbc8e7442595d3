import { findIn } from "../../adapters/cloudflare/code-names.ts";
import { cloudflare } from "../../adapters/cloudflare/index.ts";
import { replicaObject } from "../../adapters/cloudflare/replica-object.ts";
import { namespaceOf } from "../../adapters/cloudflare/spawner.ts";
import type { Json } from "../../src/config/application-config.ts";
import type { Isolation } from "../../src/index.ts";
import * as exports from "../fixtures/apps.ts";
import { cases } from "../platform.suite.ts";
import { suiteHost } from "../suite/host.ts";

const apps = { ...exports };

/** The platform with its replicas in one place. */
function platformOf(isolation: Isolation) {
  return { ...cloudflare(() => namespaceOf("REPLICA")), defaultIsolation: () => isolation };
}

function moduleOf(exportName: string, args: Json | undefined) {
  return args === undefined ? exportName : { export: exportName, args };
}

const durable = platformOf("worker");
const hosts = {
  inline: suiteHost("cloudflare, inline", platformOf("inline"), moduleOf),
  worker: suiteHost("cloudflare, worker", durable, moduleOf, false),
};

/** Each object is a replica of the applications under test. */
export const Replica = replicaObject(findIn(apps, "test/fixtures/apps.ts"), () => durable);

/** Runs the case that a request names and answers what it threw. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const host = hosts[searchParams.get("isolation") as Isolation];
    const found = cases.find(({ name }) => name === searchParams.get("case"));
    if (!found) return new Response("no such case", { status: 404 });
    try {
      await found.run(host);
      return new Response("passed");
    } catch (error) {
      const { message, stack } = error as Error;
      return new Response(`${message}\n${stack}`, { status: 500 });
    }
  },
};
