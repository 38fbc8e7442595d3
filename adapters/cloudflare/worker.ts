import type { Application } from "../../src/application.ts";
import { messageOf } from "../../src/errors.ts";
import type { Handle } from "../../src/handle.ts";
import { failureResponse } from "../../src/http/failure.ts";
import type { ServeOptions } from "../../src/serve.ts";
import { checkLogging } from "../../src/telemetry/check-logging.ts";
import { captureConsole } from "../../src/telemetry/console-capture.ts";
import { plainText } from "../../src/telemetry/console-text.ts";
import { HostLog } from "../../src/telemetry/host-log.ts";
import { logHostTo } from "../../src/telemetry/host-logger.ts";
import { adminMount, isAdminRequest } from "./admin.ts";
import { type BindingNames, bindingsOf, checkBindings, isBound } from "./bindings.ts";
import { findIn } from "./code-names.ts";
import { type ControllerObjectClass, controllerObject } from "./controller-object.ts";
import { workerdPlatform } from "./platform.ts";
import { type ReplicaObjectClass, replicaObject } from "./replica-object.ts";
import { SCRIPT, type Script, scriptOf } from "./script.ts";
import { type Serving, serveAlone, serveControlled } from "./serving.ts";

export interface WorkerOptions extends ServeOptions {
  /** Where an application given by itself answers; `/` by default. */
  routePrefix?: string;
  /** The Durable Object binding of the class `Replica`, for deployments with `isolation: "worker"`; `REPLICA` by default. */
  binding?: string;
  /** The Durable Object binding of the class `Controller`, needed with either of the two; `CONTROLLER` by default. */
  controllerBinding?: string;
  /**
   * The binding with the admin API's token, a secret: with it the API is served under `/api/serve`, else not at all.
   */
  adminToken?: string;
}

/** What a Worker's entry module exports. */
export interface ServeWorker {
  /** The `fetch` handler. */
  fetch(request: Request): Promise<Response>;
  /** The Durable Object class of replicas: `export const Replica = worker.Replica`. */
  readonly Replica: ReplicaObjectClass;
  /** The Durable Object class of the controller: `export const Controller = worker.Controller`. */
  readonly Controller: ControllerObjectClass;
  /**
   * A handle to an application's ingress (`"app"`) or to any deployment (`"app/deployment"`), for handlers of other
   * events. Ask for it in the handler.
   *
   * @throws ServeError `NOT_FOUND`, `UNAVAILABLE`
   */
  // biome-ignore lint/suspicious/noExplicitAny: a name carries no type; the caller gives it
  handle<T = any>(name: string): Promise<Handle<T>>;
}

/**
 * Makes a Worker of an application, or of a module's applications (`import * as apps from "./apps.ts"`), each
 * then under the prefix of its export's name. Replicas start with the first request.
 *
 * @example
 * const worker = createWorker(app);
 * export const Replica = worker.Replica;
 * export const Controller = worker.Controller;
 * export default { fetch: worker.fetch };
 */
export function createWorker(
  apps: Application<unknown> | Readonly<Record<string, unknown>>,
  options: WorkerOptions = {},
): ServeWorker {
  const { routePrefix = "/", binding: replica = "REPLICA", ...others } = options;
  const { controllerBinding: controller = "CONTROLLER", adminToken, ...serve } = others;
  const script = scriptOf(apps, routePrefix);
  const bindings = bindingsOf({ replica, controller });
  const platform = workerdPlatform();
  const log = new HostLog(
    platform.log,
    platform.clock,
    checkLogging("createWorker", serve.logging),
  );
  logHostTo(log.own);
  captureConsole(plainText);
  const environment = {
    find: findIn(script.exports, SCRIPT),
    platform,
    log,
    replicas: bindings.replicas,
    controller: bindings.controller,
    ask: (...question: Parameters<ReturnType<typeof bindings.controller>["table"]>) =>
      bindings.controller().table(...question),
    report: (...loads: Parameters<ReturnType<typeof bindings.controller>["loads"]>) =>
      bindings.controller().loads(...loads),
  };
  let serving: Serving | undefined;
  const start = (): Serving => {
    const controlled = needsController(script, { replica, controller }, adminToken);
    return controlled ? serveControlled(environment, serve) : serveAlone(script, serve);
  };
  const admin = adminToken === undefined ? undefined : adminMount(adminToken, bindings.controller);

  return {
    Replica: replicaObject(environment),
    Controller: controllerObject({
      script,
      replicas: bindings.replicas,
      adminToken,
      metrics: serve.metrics !== false,
      log,
    }),
    async fetch(request) {
      try {
        // At the first request: at the top of a module nothing may be started.
        serving ??= start();
      } catch (error) {
        log.own.error(messageOf(error));
        return failureResponse(error, () => {});
      }
      return admin && isAdminRequest(request) ? admin(request) : serving.fetch(request);
    },
    async handle(name) {
      serving ??= start();
      return serving.handle(name) as never;
    },
  };
}

/**
 * Does the controller have the say? Where nothing needs it, a Worker has no Durable Objects at all.
 *
 * @throws ServeError `INVALID_OPTION` where it is needed and not bound
 */
function needsController(
  { needsObjects }: Script,
  { replica, controller }: BindingNames,
  adminToken: string | undefined,
): boolean {
  if (needsObjects) checkBindings({ replica, controller }, 'a deployment with isolation "worker"');
  else if (adminToken !== undefined) checkBindings({ controller }, "the option adminToken");
  return isBound(controller);
}
