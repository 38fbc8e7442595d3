import { applicationGraph } from "../../src/application-graph.ts";
import { ControlLoop } from "../../src/controller/control-loop.ts";
import { DeploymentActor } from "../../src/controller/deployment-actor.ts";
import { HealthWatch } from "../../src/controller/health-watch.ts";
import { ReplicaSets } from "../../src/controller/replica-sets.ts";
import { ResourceLedger } from "../../src/controller/resource-ledger.ts";
import type { Platform, ReplicaConnection } from "../../src/platform.ts";
import type { Directory, ReplicaSetChange, Traffic } from "../../src/router/directory.ts";
import {
  applicationOf,
  type CloudflareModule,
  codeOf,
  type FindApplication,
} from "./code-names.ts";

/**
 * The deployments that a replica in a Durable Object calls, as its own isolate reaches them: names say where the
 * objects are, so nobody has to be asked. Each is set up when it is first called.
 */
export class IsolateDirectory implements Directory {
  readonly #find: FindApplication;
  readonly #platform: Platform<CloudflareModule>;
  readonly #sets = new ReplicaSets<ReplicaConnection>();
  readonly #actors = new Map<string, DeploymentActor<CloudflareModule, ReplicaConnection>>();
  readonly #loop: ControlLoop;
  readonly #health: HealthWatch;
  readonly #ledger: ResourceLedger;

  constructor(find: FindApplication, platform: Platform<CloudflareModule>) {
    this.#find = find;
    this.#platform = platform;
    this.#ledger = new ResourceLedger(platform.spawner.capacity());
    this.#health = new HealthWatch(platform.clock, Math.random, () => this.#loop.wake());
    this.#loop = new ControlLoop(platform.clock, () =>
      Math.min(...[...this.#actors.values()].map((actor) => actor.act())),
    );
  }

  watch(key: string, listener: (change: ReplicaSetChange) => void): () => void {
    this.#ensure(key);
    return this.#sets.watch(key, listener);
  }

  watchTraffic(key: string, listener: (traffic: Traffic | undefined) => void): () => void {
    return this.#sets.watchTraffic(key, listener);
  }

  #ensure(key: string): void {
    const code = codeOf(key);
    if (code === undefined || this.#actors.has(key)) return;
    const application = applicationOf(key);
    const { nodes, referenceOf } = applicationGraph(this.#find(code));
    const node = nodes.find(({ name }) => `${application}/${name}` === key);
    if (!node) return;
    const isolation = node.options.isolation ?? this.#platform.defaultIsolation(code);
    const actor = new DeploymentActor(
      { application, node, referenceOf, code, isolation, codeVersion: JSON.stringify(code) },
      {
        spawner: this.#platform.spawner,
        clock: this.#platform.clock,
        replicaSets: this.#sets,
        health: this.#health,
        ledger: this.#ledger,
        metrics: undefined,
        targetCapacity: () => undefined,
        dirty: this.#loop.wake,
      },
    );
    this.#actors.set(key, actor);
    this.#loop.wake();
  }
}
