import type { ApplicationGraph } from "../application.ts";
import { messageOf, ServeError } from "../errors.ts";
import type { Platform, ReplicaConnection } from "../platform.ts";
import { DeploymentActor } from "./deployment-actor.ts";
import { ReplicaSets } from "./replica-sets.ts";
import { type ApplicationStatus, applicationStatus } from "./status.ts";

interface RunningApplication<Code, C extends ReplicaConnection> {
  readonly routePrefix: string;
  readonly ingress: string;
  /** Callees before callers. */
  readonly actors: readonly DeploymentActor<Code, C>[];
  deleting: boolean;
}

/** Keeps what runs equal to what should run: each tick works on the deployments that something happened to. */
export class Controller<Code, C extends ReplicaConnection> {
  readonly replicaSets = new ReplicaSets<C>();
  readonly #platform: Platform<Code, C>;
  readonly #applications = new Map<string, RunningApplication<Code, C>>();
  readonly #dirty = new Set<DeploymentActor<Code, C>>();
  readonly #wake: () => void;
  #watchers: (() => void)[] = [];

  /** @param wake called when a tick is wanted */
  constructor(platform: Platform<Code, C>, wake: () => void) {
    this.#platform = platform;
    this.#wake = wake;
  }

  /** Starts an application's deployments. `settled` tells when they run. */
  add(
    name: string,
    { nodes, ingress, nameOf }: ApplicationGraph,
    routePrefix: string,
    code: Code | undefined,
  ): void {
    const actors = nodes.map((node) => {
      const isolation = node.options.isolation ?? this.#platform.defaultIsolation(code);
      const target = { application: name, node, nameOf, code, isolation };
      const actor = new DeploymentActor<Code, C>(target, {
        spawner: this.#platform.spawner,
        clock: this.#platform.clock,
        replicaSets: this.replicaSets,
        dirty: () => this.#mark(actor),
      });
      return actor;
    });
    this.#applications.set(name, { routePrefix, ingress: ingress.name, actors, deleting: false });
    for (const actor of actors) this.#mark(actor);
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
    for (const watcher of [...this.#watchers]) watcher();
    return wait;
  }

  /**
   * Resolves when all of an application's deployments are healthy.
   *
   * @throws ServeError `DEPLOY_FAILED`, with the user's error as cause, when one gives up
   */
  settled(name: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const application = this.#applications.get(name);
        const failed = application?.actors.find(({ status }) => status.status === "DEPLOY_FAILED");
        const healthy = application?.actors.every(({ status }) => status.status === "HEALTHY");
        if (application && !application.deleting && !failed && !healthy) return;
        this.#watchers = this.#watchers.filter((watcher) => watcher !== look);
        if (healthy) resolve();
        else if (failed) reject(deployFailed(failed.key, failed.lastError));
        else reject(new ServeError("UNAVAILABLE", `${name}: it was deleted while it was deployed`));
      };
      this.#watchers.push(look);
      look();
    });
  }

  /** Drains and removes an application: callers before what they call. */
  async delete(name: string): Promise<void> {
    const application = this.#applications.get(name);
    if (!application) return;
    application.deleting = true;
    for (const actor of [...application.actors].reverse()) await actor.delete();
    if (this.#applications.get(name) === application) this.#applications.delete(name);
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
