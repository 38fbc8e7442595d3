import { splitReference } from "../../src/application-graph.ts";
import { noSuchDeployment } from "../../src/controller/replica-sets.ts";
import type { DeploymentKey, Handle } from "../../src/handle.ts";
import { failureResponse } from "../../src/http/failure.ts";
import { createIngress, type Ingress } from "../../src/http/ingress.ts";
import type { Route } from "../../src/http/route-prefix.ts";
import { createServe } from "../../src/index.ts";
import type { ServeOptions } from "../../src/serve.ts";
import { HostMetrics } from "../../src/telemetry/host-metrics.ts";
import { type MetricsSnapshot, merge } from "../../src/telemetry/snapshot.ts";
import { IsolateDirectory } from "./isolate-directory.ts";
import { cloudflare } from "./platform.ts";
import type { ReplicaEnvironment } from "./replica-object.ts";
import type { Script } from "./script.ts";
import { answerSocket, asksForSocket } from "./web-socket.ts";

/** What an isolate of the Worker does. */
export interface Serving {
  /** Never rejects: every failure is an answer. */
  fetch(request: Request): Promise<Response>;
  /** @throws ServeError `NOT_FOUND` */
  handle(name: string): Promise<Handle<unknown>>;
}

/** Serves what the script says, without a controller: all replicas are the isolate's own. */
export function serveAlone({ exports, applications }: Script, options: ServeOptions): Serving {
  const serve = createServe(cloudflare(), options);
  for (const { name, routePrefix } of applications) {
    serve.deploy(exports[name] as never, { name, routePrefix, module: name });
  }
  return {
    fetch: fetchBy(serve.ingress),
    handle: async (name) => serve.handle(name),
  };
}

/** Serves what the controller says. */
export function serveControlled(environment: ReplicaEnvironment, options: ServeOptions): Serving {
  const metrics =
    options.metrics === false ? undefined : new HostMetrics(environment.platform.clock);
  const directory = new IsolateDirectory(environment, metrics?.registry, metrics, (routes) =>
    ingress.route(routes),
  );
  const counted = metrics && {
    registry: metrics.registry,
    snapshot: () => snapshotOf(metrics, environment.controller),
  };
  const ingress = createIngress(directory.caller, options, counted, environment.log);
  const fetch = fetchBy(ingress);
  return {
    async fetch(request) {
      try {
        await directory.ready();
      } catch (error) {
        return failureResponse(error, (failure) =>
          environment.log.own.error("request failed", { error: failure }),
        );
      }
      return fetch(request);
    },
    async handle(name) {
      await directory.ready();
      return directory.caller.handle(keyOf(name, ingress.routes, (key) => directory.knows(key)));
    },
  };
}

/** Requests for a WebSocket are answered with one. */
function fetchBy(ingress: Ingress): Serving["fetch"] {
  return (request) =>
    asksForSocket(request) ? answerSocket(request, ingress) : ingress.fetch(request);
}

/** What this isolate counts, with what the controller knows of all. */
async function snapshotOf(
  metrics: HostMetrics,
  controller: ReplicaEnvironment["controller"],
): Promise<MetricsSnapshot> {
  const all = await controller()
    .metrics()
    .catch(() => []);
  return merge([await metrics.collect({}), all]);
}

/** @throws ServeError `NOT_FOUND` */
function keyOf(
  name: string,
  routes: readonly Route[],
  isKnown: (key: DeploymentKey) => boolean,
): DeploymentKey {
  const [application = "", given] = name.split("/");
  const route = routes.find((one) => one.application === application);
  if (given === undefined && route) return route.key;
  const keys = [name, `${application}/${splitReference(given ?? "")}`];
  const key = keys.find(isKnown);
  if (key === undefined) throw noSuchDeployment(name);
  return key;
}
