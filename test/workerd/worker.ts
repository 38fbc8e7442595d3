import { cloudflare } from "../../adapters/cloudflare/index.ts";
import { replicaObject } from "../../adapters/cloudflare/replica-object.ts";
import { namespaceOf } from "../../adapters/cloudflare/spawner.ts";
import { exportedApplication } from "../../src/application.ts";
import { createServe, type Isolation } from "../../src/index.ts";
import * as exports from "../fixtures/apps.ts";
import { cases, type SuiteHost } from "../platform.suite.ts";
import { killable } from "../suite/killable.ts";

const apps = { ...exports };
const bodyLimitBytes = 1024 * 1024;

/** The platform with its replicas in one place. */
function platformOf(isolation: Isolation) {
  const platform = cloudflare(() => namespaceOf("REPLICA"));
  return killable({ ...platform, defaultIsolation: () => isolation });
}

function hostOf(
  isolation: Isolation,
  { platform, kill }: ReturnType<typeof platformOf>,
): SuiteHost {
  const serve = createServe(platform, { bodyLimitBytes });
  return {
    name: `cloudflare, ${isolation}`,
    isolated: isolation === "worker",
    bodyLimitBytes,
    serve,
    run: (module, options) => serve.run(apps[module] as never, { ...options, module }),
    kill,
  };
}

const durable = platformOf("worker");
const hosts = { inline: hostOf("inline", platformOf("inline")), worker: hostOf("worker", durable) };

/** Each object is a replica of the applications under test. */
export const Replica = replicaObject(
  (name) => exportedApplication(apps, name, "test/fixtures/apps.ts"),
  () => durable.platform,
);

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
