import { Agenda } from "../agenda.ts";
import {
  type ApplicationGraph,
  type NamedNode,
  type NamedSplit,
  splitReference,
} from "../application-graph.ts";
import type { ApplicationAutoscalingPolicy } from "../autoscale/policy.ts";
import { messageOf, ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import type { Route } from "../http/route-prefix.ts";
import { changedOptions, resolveOptions } from "../options.ts";
import type { Platform, ReplicaConnection } from "../platform.ts";
import { HostLog } from "../telemetry/host-log.ts";
import type { HostMetrics } from "../telemetry/host-metrics.ts";
import { inheritLogging, type LoggingOptions } from "../telemetry/logging.ts";
import { checkTrafficPlan, type TrafficPlan } from "../traffic-plan.ts";
import { ApplicationActor } from "./application-actor.ts";
import { ApplicationScaling } from "./application-scaling.ts";
import type { ApplicationTarget } from "./application-target.ts";
import { type CountChange, countChange } from "./count-change.ts";
import { DeploymentActor } from "./deployment-actor.ts";
import type { DeploymentTarget } from "./deployment-target.ts";
import { armsOf, trafficOf } from "./division.ts";
import { HealthWatch } from "./health-watch.ts";
import { noSuchDeployment, ReplicaSets } from "./replica-sets.ts";
import { ResourceLedger } from "./resource-ledger.ts";
import type { ApplicationStatus } from "./status.ts";

/** What an application is deployed from. */
export interface ApplicationSource<Code> {
  readonly graph: ApplicationGraph;
  readonly routePrefix: string;
  readonly code: Code | undefined;
  /** The same as long as the code is; undefined replaces the replicas with every update. */
  readonly codeVersion: string | undefined;
  /** Scales its autoscaled deployments together. */
  readonly autoscalingPolicy?: ApplicationAutoscalingPolicy | undefined;
  /** What its deployments log, and how, as far as they don't say it themselves. */
  readonly logging?: LoggingOptions | undefined;
}

/** Hands requests to the applications. */
export interface Door {
  /** `routes` may have changed. */
  routed(): void;
  /** Resolves once no request that was handed to a deployment waits for its answer. */
  quiet(key: DeploymentKey): Promise<void>;
}

/** Keeps what runs equal to what should run: each tick works on what something happened to, or is due. */
export class Controller<Code, C extends ReplicaConnection> {
  readonly replicaSets = new ReplicaSets<C>();
  readonly #platform: Platform<Code, C>;
  readonly #applications = new Map<string, ApplicationActor<Code, C>>();
  readonly #dirty = new Set<DeploymentActor<Code, C>>();
  readonly #later = new Agenda<DeploymentActor<Code, C>>();
  readonly #health: HealthWatch;
  readonly #ledger: ResourceLedger;
  readonly #metrics: HostMetrics | undefined;
  readonly #log: HostLog;
  readonly #wake: () => void;
  readonly #door: Door;
  /** Who waits for an application, told when something happened to it. */
  readonly #watchers = new Map<string, Set<() => void>>();
  #targetCapacity: number | undefined;
  /** Makes up versions for code that has none. */
  #updates = 0;

  /**
   * @param wake called when a tick is wanted
   * @param metrics undefined where nothing is counted
   */
  constructor(
    platform: Platform<Code, C>,
    wake: () => void,
    door: Door,
    metrics?: HostMetrics,
    log = new HostLog(platform.log, platform.clock),
  ) {
    this.#platform = platform;
    this.#metrics = metrics;
    this.#log = log;
    this.#wake = wake;
    this.#door = door;
    this.#health = new HealthWatch(platform.clock, Math.random, wake);
    this.#ledger = new ResourceLedger(platform.spawner.capacity());
  }

  /**
   * Starts an application's deployments, or updates them. `settled` tells when they run.
   *
   * @throws ServeError `INVALID_OPTION` for more resources than the host has
   */
  deploy(name: string, source: ApplicationSource<Code>): void {
    this.preparation(name, source)();
  }

  /** Checks all that `deploy` checks, and returns what carries it out. */
  preparation(name: string, source: ApplicationSource<Code>): () => void {
    const target = this.#target(name, source);
    return () => this.#pursue(name, target);
  }

  /**
   * Checks a change of the replica count of one deployment, and returns what carries it out.
   *
   * @throws ServeError `NOT_FOUND`, `INVALID_OPTION`
   */
  scaling(name: string, deployment: string, numReplicas: number): CountChange {
    const application = this.#applications.get(name);
    const found = application?.target.deployments.find(({ node }) => node.name === deployment);
    if (!application || !found) throw noSuchDeployment(`${name}/${deployment}`);
    const { node } = found;
    const change = countChange(`${name}/${deployment}`, node.options, numReplicas);
    const options = resolveOptions(node.name, changedOptions(node.options, change));
    const scaled = { ...found, node: { ...node, options } };
    const deployments = application.target.deployments.map((one) => (one === found ? scaled : one));
    this.#ledger.check(deployments.map((one) => one.node));
    const apply = () => this.#change(application, { ...application.target, deployments });
    return { change, apply };
  }

  /**
   * Checks a change of a split's traffic, and returns what carries it out.
   *
   * @throws ServeError `NOT_FOUND`, `INVALID_OPTION`
   */
  division(name: string, split: string, plan: TrafficPlan): () => void {
    const application = this.#applications.get(name);
    const found = application?.target.splits.find((one) => one.name === split);
    if (!application || !found)
      throw new ServeError(
        "NOT_FOUND",
        `${name}/${split}: no such split runs; serve.status() lists all`,
      );
    checkTrafficPlan(`${name}/${split}`, plan, armsOf(found));
    return () => application.divide(split, plan);
  }

  /** Percent of the replicas that should run; undefined for all. */
  set targetCapacity(percent: number | undefined) {
    if (percent === this.#targetCapacity) return;
    this.#targetCapacity = percent;
    for (const application of this.#applications.values()) application.rescale();
  }

  /** One round over what is dirty or due. Returns the milliseconds until it wants the next; Infinity for not by itself. */
  tick(): number {
    const { clock } = this.#platform;
    for (const actor of this.#later.takeDue(clock.now())) this.#dirty.add(actor);
    const round = [...this.#dirty];
    this.#dirty.clear();
    for (const actor of round) {
      const again = actor.act();
      if (again !== Number.POSITIVE_INFINITY) this.#later.add(clock.now() + again, actor);
    }
    const touched = new Set(round.map((actor) => actor.target.application));
    for (const name of touched) {
      this.#applications.get(name)?.look();
      this.#tell(name);
    }
    const next = Math.min(this.#health.tick(), this.#later.next);
    return Math.max(0, next - clock.now());
  }

  /**
   * Resolves when all of an application's deployments are healthy, and those that an update left out are gone.
   *
   * @throws ServeError `DEPLOY_FAILED`, with the user's error as cause, when one gives up or is rolled back
   */
  settled(name: string): Promise<void> {
    const watchers = this.#watchers.get(name) ?? new Set();
    this.#watchers.set(name, watchers);
    return new Promise((resolve, reject) => {
      const look = () => {
        const application = this.#applications.get(name);
        const outcome = application?.deleting ? "deleted" : (application?.outcome ?? "deleted");
        if (outcome === "under way") return;
        watchers.delete(look);
        if (outcome === "done") resolve();
        else if (application?.failure) reject(deployFailed(application.failure));
        else reject(new ServeError("UNAVAILABLE", `${name}: it was deleted while it was deployed`));
      };
      watchers.add(look);
      look();
    });
  }

  /** Drains and removes an application: callers before what they call. */
  async delete(name: string): Promise<void> {
    const application = this.#applications.get(name);
    if (!application) return;
    await application.delete();
    if (this.#applications.get(name) === application) this.#applications.delete(name);
    this.#tell(name);
  }

  get(name: string): ApplicationActor<Code, C> | undefined {
    return this.#applications.get(name);
  }

  /** The application that has or is to have a prefix. */
  ownerOf(prefix: string): string | undefined {
    const owner = [...this.#applications.values()].find(
      ({ deleting, prefixes }) => !deleting && prefixes.includes(prefix),
    );
    return owner?.name;
  }

  /** Where the applications are served that are not being deleted. */
  get routes(): readonly Route[] {
    return [...this.#applications.values()].flatMap(({ served }) => served ?? []);
  }

  get applications(): Readonly<Record<string, ApplicationStatus>> {
    const entries = [...this.#applications].map(([name, { status }]) => [name, status] as const);
    // Without a prototype: an application may be called `constructor`.
    return Object.assign(Object.create(null), Object.fromEntries(entries));
  }

  #pursue(name: string, target: ApplicationTarget<Code>): void {
    const running = this.#applications.get(name);
    if (running) return this.#change(running, target);
    const together = new ApplicationScaling();
    const environment = {
      make: (deployment: DeploymentTarget<Code>) => this.#start(deployment, together),
      together,
      changed: () => {
        this.#door.routed();
        this.#tell(name);
      },
      quiet: (key: DeploymentKey) => this.#door.quiet(key),
      divided: (split: string, division: NamedSplit | undefined) => {
        const key = `${name}/${splitReference(split)}`;
        this.replicaSets.traffic.set(key, division && trafficOf(name, division));
      },
      clock: this.#platform.clock,
    };
    this.#applications.set(name, new ApplicationActor(name, target, environment));
    this.#door.routed();
  }

  #change(application: ApplicationActor<Code, C>, target: ApplicationTarget<Code>): void {
    // Told to change, what drains would come back to life and have no owner.
    if (application.deleting) throw beingDeleted(application.name);
    application.update(target);
  }

  #target(application: string, source: ApplicationSource<Code>): ApplicationTarget<Code> {
    const { graph, routePrefix, code, codeVersion, autoscalingPolicy, logging } = source;
    const { nodes, splits, ingress, referenceOf } = graph;
    this.#updates += 1;
    const version = codeVersion ?? `update ${this.#updates}`;
    const deployments = nodes.map((given) => {
      const node = withLogging(given, inheritLogging(this.#log.logging, logging));
      const isolation = node.options.isolation ?? this.#platform.defaultIsolation(code);
      return { application, node, referenceOf, code, isolation, codeVersion: version };
    });
    this.#ledger.check(deployments.map(({ node }) => node));
    return { routePrefix, ingress, deployments, splits, autoscalingPolicy };
  }

  #start(target: DeploymentTarget<Code>, together: ApplicationScaling): DeploymentActor<Code, C> {
    const actor: DeploymentActor<Code, C> = new DeploymentActor(target, {
      spawner: this.#platform.spawner,
      clock: this.#platform.clock,
      replicaSets: this.replicaSets,
      health: this.#health,
      ledger: this.#ledger,
      metrics: this.#metrics,
      log: this.#log.own,
      targetCapacity: () => this.#targetCapacity,
      together,
      dirty: () => this.#mark(actor),
    });
    this.#mark(actor);
    return actor;
  }

  #tell(name: string): void {
    for (const watcher of [...(this.#watchers.get(name) ?? [])]) watcher();
    if (this.#watchers.get(name)?.size === 0) this.#watchers.delete(name);
  }

  #mark(actor: DeploymentActor<Code, C>): void {
    this.#dirty.add(actor);
    this.#wake();
  }
}

function withLogging(node: NamedNode, inherited: LoggingOptions): NamedNode {
  const logging = inheritLogging(inherited, node.options.logging);
  return { ...node, options: { ...node.options, logging } };
}

function beingDeleted(name: string): ServeError {
  return new ServeError("UNAVAILABLE", `${name}: it is being deleted; deploy it again after that`);
}

function deployFailed({
  key,
  error,
}: {
  readonly key: string;
  readonly error: unknown;
}): ServeError {
  return new ServeError("DEPLOY_FAILED", `${key} failed to start: ${messageOf(error)}`, {
    cause: error,
  });
}
