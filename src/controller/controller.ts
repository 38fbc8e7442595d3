import type { ApplicationGraph } from "../application.ts";
import { messageOf, ServeError } from "../errors.ts";
import type { Route } from "../http/route-prefix.ts";
import type { Platform, ReplicaConnection } from "../platform.ts";
import { DeploymentActor } from "./deployment-actor.ts";
import type { DeploymentTarget } from "./replica-crew.ts";
import { ReplicaSets } from "./replica-sets.ts";
import { type ApplicationStatus, applicationStatus } from "./status.ts";

interface RunningApplication<Code, C extends ReplicaConnection> {
  readonly routePrefix: string;
  readonly ingress: string;
  /** Callees before callers. */
  readonly actors: readonly DeploymentActor<Code, C>[];
  /** What an update left out: drained once those that call it are updated. */
  leaving: readonly DeploymentActor<Code, C>[];
  deleting: boolean;
}

/** Keeps what runs equal to what should run: each tick works on the deployments that something happened to. */
export class Controller<Code, C extends ReplicaConnection> {
  readonly replicaSets = new ReplicaSets<C>();
  readonly #platform: Platform<Code, C>;
  readonly #applications = new Map<string, RunningApplication<Code, C>>();
  readonly #dirty = new Set<DeploymentActor<Code, C>>();
  readonly #wake: () => void;
  /** Who waits for an application, told when something happened to it. */
  readonly #watchers = new Map<string, Set<() => void>>();

  /** @param wake called when a tick is wanted */
  constructor(platform: Platform<Code, C>, wake: () => void) {
    this.#platform = platform;
    this.#wake = wake;
  }

  /** Starts an application's deployments, or updates them. `settled` tells when they run. */
  deploy(
    name: string,
    { nodes, ingress, nameOf }: ApplicationGraph,
    routePrefix: string,
    code: Code | undefined,
  ): void {
    const before = this.#applications.get(name);
    const actors = nodes.map((node) => {
      const isolation = node.options.isolation ?? this.#platform.defaultIsolation(code);
      const target = { application: name, node, nameOf, code, isolation };
      const running = before?.actors.find((actor) => actor.target.node.name === node.name);
      if (!running) return this.#start(target);
      running.update(target);
      return running;
    });
    const left = before?.actors.filter((actor) => !actors.includes(actor)) ?? [];
    const leaving = [...(before?.leaving ?? []), ...left];
    this.#applications.set(name, {
      routePrefix,
      ingress: ingress.name,
      actors,
      leaving,
      deleting: false,
    });
  }

  /** One round over what is dirty. Returns the milliseconds until it wants the next; Infinity for not by itself. */
  tick(): number {
    const round = [...this.#dirty];
    this.#dirty.clear();
    let wait = Number.POSITIVE_INFINITY;
    for (const actor of round) {
      const again = actor.act();
      if (again === Number.POSITIVE_INFINITY) continue;
      this.#dirty.add(actor);
      wait = Math.min(wait, again);
    }
    const touched = new Set(round.map((actor) => actor.target.application));
    for (const name of touched) this.#tell(name);
    return wait;
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
        const failed = application?.actors.find(({ failure }) => failure !== undefined);
        const healthy = application?.actors.every(({ status }) => status.status === "HEALTHY");
        if (application && !application.deleting && !failed && !healthy) return;
        watchers.delete(look);
        if (failed) reject(deployFailed(failed.key, failed.failure));
        else if (healthy) resolve(this.#drop(application));
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
    application.deleting = true;
    await this.#drop(application);
    for (const actor of [...application.actors].reverse()) await actor.delete();
    if (this.#applications.get(name) === application) this.#applications.delete(name);
    this.#tell(name);
  }

  has(name: string): boolean {
    return this.#applications.has(name);
  }

  /** Where the applications are served that are not being deleted. */
  get routes(): readonly Route[] {
    const running = [...this.#applications].filter(([, { deleting }]) => !deleting);
    return running.map(([application, { routePrefix, ingress }]) => ({
      application,
      prefix: routePrefix,
      key: `${application}/${ingress}`,
    }));
  }

  get applications(): Readonly<Record<string, ApplicationStatus>> {
    const entries = [...this.#applications].map<[string, ApplicationStatus]>(
      ([name, { routePrefix, ingress, actors, deleting }]) => {
        const deployments = record(actors.map((actor) => [actor.target.node.name, actor.status]));
        const status = applicationStatus(deployments, deleting);
        return [name, { ...status, routePrefix, ingress, deployments }];
      },
    );
    return record(entries);
  }

  #tell(name: string): void {
    for (const watcher of [...(this.#watchers.get(name) ?? [])]) watcher();
    if (this.#watchers.get(name)?.size === 0) this.#watchers.delete(name);
  }

  #start(target: DeploymentTarget<Code>): DeploymentActor<Code, C> {
    const actor = new DeploymentActor<Code, C>(target, {
      spawner: this.#platform.spawner,
      clock: this.#platform.clock,
      replicaSets: this.replicaSets,
      dirty: () => this.#mark(actor),
    });
    this.#mark(actor);
    return actor;
  }

  async #drop(application: RunningApplication<Code, C> | undefined): Promise<void> {
    const leaving = application?.leaving ?? [];
    if (application) application.leaving = [];
    for (const actor of [...leaving].reverse()) await actor.delete();
  }

  #mark(actor: DeploymentActor<Code, C>): void {
    this.#dirty.add(actor);
    this.#wake();
  }
}

/** An object without a prototype: an application may be called `constructor`. */
function record<T>(entries: readonly [string, T][]): Record<string, T> {
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

function deployFailed(key: string, cause: unknown): ServeError {
  return new ServeError("DEPLOY_FAILED", `${key} failed to start: ${messageOf(cause)}`, { cause });
}
