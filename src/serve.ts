import { type Application, isApplication } from "./application.ts";
import { applicationGraph, nameOf, withOptions } from "./application-graph.ts";
import type { ApplicationAutoscalingPolicy } from "./autoscale/policy.ts";
import { Caller } from "./caller.ts";
import { configOf } from "./config/config-of.ts";
import { ControlLoop } from "./controller/control-loop.ts";
import { type ApplicationSource, Controller } from "./controller/controller.ts";
import type { Declarations } from "./controller/declarations.ts";
import { noSuchDeployment } from "./controller/replica-sets.ts";
import type { ApplicationStatus } from "./controller/status.ts";
import { TargetState } from "./controller/target-state.ts";
import { unloadedStatuses } from "./controller/unloaded.ts";
import { ServeError } from "./errors.ts";
import { assertNotImporting } from "./guard.ts";
import type { DeploymentKey, Handle } from "./handle.ts";
import { createIngress, type Ingress, type IngressOptions } from "./http/ingress.ts";
import { checkRoutePrefix } from "./http/route-prefix.ts";
import type { DeploymentOptions } from "./options.ts";
import type { Platform, ReplicaConnection } from "./platform.ts";
import { checkLogging } from "./telemetry/check-logging.ts";
import { HostLog } from "./telemetry/host-log.ts";
import { logHostTo } from "./telemetry/host-logger.ts";
import { HostMetrics } from "./telemetry/host-metrics.ts";
import type { LoggingOptions } from "./telemetry/logging.ts";
import type { MetricsSnapshot } from "./telemetry/snapshot.ts";
import type { TrafficPlan } from "./traffic-plan.ts";

export interface RunOptions<Code> {
  /** Unique among the running applications; `default` by default. */
  name?: string;
  /** Where its ingress answers: `/` or `/path`, longest match first; `/` by default. */
  routePrefix?: string;
  /**
   * How workers find the code. In Node the URL of the module that exports the application, as in
   * `import.meta.resolve("./app.ts")`, with `#name` for one that is not its default export.
   */
  module?: Code;
  /** Options of single deployments, by name, over those that the module gives. */
  deployments?: Readonly<Record<string, DeploymentOptions>>;
  /** Says how many replicas its autoscaled deployments should have, all of them together. */
  autoscalingPolicy?: ApplicationAutoscalingPolicy;
  /** What its deployments log, and how, as far as they don't say it themselves. */
  logging?: LoggingOptions;
}

export interface ServeStatus {
  readonly applications: Readonly<Record<string, ApplicationStatus>>;
}

/** Runs applications on one platform. */
export interface Serve<Code> {
  /**
   * Starts an application and resolves, with its ingress's handle, when every deployment is healthy.
   *
   * Where one of that name runs it is updated without losing a call: replicas of another version (without `version`,
   * of every update) are replaced a few at a time, each new one running before an old one stops; other options change
   * on the replicas that run. A deployment whose new version fails to start goes back to the old one.
   *
   * @throws ServeError `DEPLOY_FAILED` with the user's error as cause, `INVALID_OPTION` or `INVALID_APPLICATION`
   */
  run<T>(application: Application<T>, options?: RunOptions<Code>): Promise<Handle<T>>;
  /** Drains an application and removes it. @throws ServeError `NOT_FOUND` */
  delete(name: string): Promise<void>;
  /**
   * Changes how many replicas a deployment (`"app/deployment"`, or `"app"` for the ingress) has, and resolves when
   * they run and those that are too many are gone. One that is autoscaled has to be so by `external`.
   *
   * @throws ServeError `NOT_FOUND`, `INVALID_OPTION`, `DEPLOY_FAILED`
   */
  scale(name: string, numReplicas: number): Promise<void>;
  /**
   * Divides the calls of a split (`"app/split"`) anew, at once: calls under way stay where they are. Shares that are
   * not named become 0; without `shadow` the shadows stay as they are.
   *
   * @throws ServeError `NOT_FOUND`, `INVALID_OPTION`
   */
  setTraffic(name: string, plan: TrafficPlan): Promise<void>;
  status(): ServeStatus;
  /** All metrics as data: what `/-/metrics` shows, what `isoserve/opentelemetry` hands over. Empty without `metrics`. */
  metrics(): Promise<MetricsSnapshot>;
  /** What should run, as data that outlives this process where the platform has a store. */
  readonly declarations: Declarations;
  /**
   * A handle to an application's ingress (`"app"`) or to any deployment (`"app/deployment"`).
   *
   * @throws ServeError `NOT_FOUND`
   */
  // biome-ignore lint/suspicious/noExplicitAny: a name carries no type; the caller gives it
  handle<T = any>(name: string): Handle<T>;
  /** The universal ingress: routes a request by its path to an application. Never rejects. */
  fetch(request: Request): Promise<Response>;
  /** Drains and deletes every application; new requests are answered 503. */
  shutdown(): Promise<void>;
}

/** What the instance is made of, for the adapters that build on it. */
export interface ServeHost<Code, C extends ReplicaConnection> extends Serve<Code> {
  readonly controller: Controller<Code, C>;
  readonly ingress: Ingress;
  /** `run` without waiting for it: calls wait for the replicas. */
  deploy(application: Application<unknown>, options?: RunOptions<Code>): void;
}

const DEFAULT_NAME = "default";

export interface ServeOptions extends IngressOptions {
  /** Whether requests, calls and replicas are counted; true by default. Without, `/-/metrics` is not there. */
  metrics?: boolean;
  /** What applications that do not say it themselves log, and how; the host's own lines are like it. */
  logging?: LoggingOptions;
}

/** Makes a `serve` for a platform. */
export function createServe<Code, C extends ReplicaConnection>(
  platform: Platform<Code, C>,
  options: ServeOptions = {},
): ServeHost<Code, C> {
  const log = new HostLog(
    platform.log,
    platform.clock,
    checkLogging("createServe", options.logging),
  );
  logHostTo(log.own);
  const metrics = options.metrics === false ? undefined : new HostMetrics(platform.clock);
  const loop = new ControlLoop(platform.clock, () => controller.tick());
  const door = {
    routed: () => ingress.route(controller.routes),
    quiet: (key: DeploymentKey) => ingress.quiet(key),
  };
  const controller = new Controller<Code, C>(platform, loop.wake, door, metrics, log);
  const { loader, store, clock } = platform;
  const target = new TargetState(controller, { loader, store, now: clock.now, log: log.own });
  const caller = new Caller(controller.replicaSets, platform, metrics?.registry);
  let closing = false;
  const snapshot = async () => metrics?.collect(controller.applications) ?? [];
  const counted = metrics && { registry: metrics.registry, snapshot };
  const ingress = createIngress(caller, options, counted, log);

  const sourceOf = (
    application: Application<unknown>,
    options: RunOptions<Code>,
  ): ApplicationSource<Code> => {
    const { name = DEFAULT_NAME, routePrefix = "/", module: code, deployments = {} } = options;
    const { autoscalingPolicy } = options;
    const logging = checkLogging("serve.run", options.logging);
    assertNotImporting();
    checkApplication(application);
    checkName(name);
    checkRoutePrefix(routePrefix);
    checkPolicy(autoscalingPolicy);
    if (closing) throw new ServeError("UNAVAILABLE", "serve.run: shutdown was called");
    checkFree(controller, name, routePrefix);
    const graph = withOptions(applicationGraph(application), deployments);
    const source = { graph, routePrefix, code, codeVersion: undefined };
    return { ...source, autoscalingPolicy, logging };
  };

  return {
    controller,
    ingress,
    declarations: target,

    deploy(application, options = {}) {
      controller.deploy(options.name ?? DEFAULT_NAME, sourceOf(application, options));
    },

    async run(application, options = {}) {
      const { name = DEFAULT_NAME } = options;
      const updates = controller.get(name) !== undefined;
      const source = sourceOf(application, options);
      await target.run(name, source, configOf(name, source, loader));
      try {
        await platform.hold(controller.settled(name));
      } catch (error) {
        // A failed update leaves what ran before; a first deployment leaves nothing.
        if (!updates) await Promise.all([target.forget(name), target.end(name)]);
        throw error;
      }
      return caller.handle(`${name}/${source.graph.ingress}`) as Handle<never>;
    },

    async delete(name) {
      if (!controller.get(name) && !target.unloaded.has(name)) {
        throw new ServeError("NOT_FOUND", `serve.delete: no application ${name} runs`);
      }
      await Promise.all([target.forget(name), target.end(name)]);
    },

    async scale(name, numReplicas) {
      const [application = "", deployment] = name.split("/");
      const found = deployment ?? controller.get(application)?.target.ingress;
      if (found === undefined) throw noSuchDeployment(name);
      await target.scale(application, found, numReplicas);
      await platform.hold(controller.settled(application));
    },

    async setTraffic(name, plan) {
      const [application = "", split] = name.split("/");
      const found = split ?? nameOf(controller.get(application)?.target.ingress ?? "");
      await target.setTraffic(application, found, plan);
    },

    status: () => ({
      applications: { ...unloadedStatuses(target.unloaded), ...controller.applications },
    }),

    metrics: snapshot,

    handle(name) {
      const [application = "", given] = name.split("/");
      const reference = controller.get(application)?.reference(given);
      if (reference === undefined) throw noSuchDeployment(name);
      return caller.handle(`${application}/${reference}`) as Handle<never>;
    },

    fetch: (request) => ingress.fetch(request),

    async shutdown() {
      closing = true;
      ingress.close();
      await Promise.all(
        Object.keys(controller.applications).map((name) => controller.delete(name)),
      );
      caller.close(new ServeError("UNAVAILABLE", "serve.shutdown was called"));
    },
  };
}

function checkApplication(application: unknown): void {
  if (isApplication(application)) return;
  throw new ServeError(
    "INVALID_APPLICATION",
    "serve.run: the first argument must be an application: deployment(MyClass).bind()",
  );
}

function checkPolicy(policy: unknown): void {
  if (policy === undefined || typeof policy === "function") return;
  throw new ServeError(
    "INVALID_OPTION",
    "serve.run: option autoscalingPolicy must be a function (contexts) => counts by deployment",
  );
}

function checkName(name: string): void {
  if (typeof name === "string" && /^[\w.-]+$/.test(name)) return;
  throw new ServeError(
    "INVALID_OPTION",
    `serve.run: option name must hold letters, digits, . _ - only, got ${JSON.stringify(name)}`,
  );
}

function checkFree<Code, C extends ReplicaConnection>(
  controller: Controller<Code, C>,
  name: string,
  routePrefix: string,
): void {
  if (controller.get(name)?.deleting) {
    throw new ServeError(
      "INVALID_OPTION",
      `serve.run: an application ${name} is being deleted; await serve.delete(${JSON.stringify(name)}) first or give another name`,
    );
  }
  const owner = controller.ownerOf(routePrefix);
  if (owner === undefined || owner === name) return;
  throw new ServeError(
    "INVALID_OPTION",
    `serve.run: routePrefix ${routePrefix} belongs to the application ${owner}; give another`,
  );
}
