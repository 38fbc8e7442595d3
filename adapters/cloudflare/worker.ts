import { type Application, isApplication } from "../../src/application.ts";
import type { IngressOptions } from "../../src/http/ingress.ts";
import { createServe } from "../../src/index.ts";
import type { ReplicaConnection } from "../../src/platform.ts";
import type { Serve, ServeHost } from "../../src/serve.ts";
import { type CloudflareModule, findIn } from "./code-names.ts";
import { cloudflare } from "./platform.ts";
import { replicaObject } from "./replica-object.ts";
import { namespaceOf } from "./spawner.ts";

export interface WorkerOptions extends IngressOptions {
  /** Where an application given by itself answers; `/` by default. */
  routePrefix?: string;
  /** The Durable Object binding of the replica class, for deployments with `isolation: "worker"`; `REPLICA` by default. */
  binding?: string;
}

/** What a Worker's entry module exports. */
export interface ServeWorker {
  /** The `fetch` handler. */
  fetch(request: Request): Promise<Response>;
  /** The Durable Object class of replicas: `export const Replica = worker.Replica`. */
  readonly Replica: ReturnType<typeof replicaObject>;
  /** This isolate's instance, for handlers of other events; ask for it in a handler, not at the top of the module. */
  readonly serve: Serve<CloudflareModule>;
}

/**
 * Makes a Worker of an application, or of a module's applications (`import * as apps from "./apps.ts"`), each
 * then under the prefix of its export's name. Replicas start with the first request.
 *
 * @example
 * const worker = createWorker(app);
 * export const Replica = worker.Replica;
 * export default { fetch: worker.fetch };
 */
export function createWorker(
  apps: Application<unknown> | Readonly<Record<string, unknown>>,
  options: WorkerOptions = {},
): ServeWorker {
  const { routePrefix = "/", binding = "REPLICA", ...ingress } = options;
  const exports = isApplication(apps) ? { default: apps } : apps;
  const platform = cloudflare(() => namespaceOf(binding));
  const serve: ServeHost<CloudflareModule, ReplicaConnection> = createServe(platform, ingress);
  let deployed = false;
  const deploy = () => {
    deployed = true;
    if (isApplication(apps)) return serve.deploy(apps, { routePrefix, module: "default" });
    for (const [name, app] of Object.entries(exports)) {
      if (isApplication(app)) serve.deploy(app, { name, routePrefix: `/${name}`, module: name });
    }
  };
  return {
    get serve() {
      if (!deployed) deploy();
      return serve;
    },
    Replica: replicaObject(findIn(exports, "createWorker's module"), () => platform),
    async fetch(request) {
      if (!deployed) deploy();
      return serve.fetch(request);
    },
  };
}
