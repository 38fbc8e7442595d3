import type { ApplicationGraph } from "../../src/application.ts";
import { ControlLoop } from "../../src/controller/control-loop.ts";
import { DeploymentActor } from "../../src/controller/deployment-actor.ts";
import { ReplicaSets } from "../../src/controller/replica-sets.ts";
import type { Platform, ReplicaConnection } from "../../src/platform.ts";
import type { Directory, ReplicaSetChange } from "../../src/router/directory.ts";

/**
 * The deployments that a replica in a Durable Object calls, as its own isolate reaches them: names say where the
 * objects are, so nobody has to be asked. Each is set up when it is first called.
 */
export class IsolateDirectory implements Directory {
  readonly #application: string;
  readonly #graph: ApplicationGraph;
  readonly #exportName: string;
  readonly #platform: Platform<string>;
  readonly #sets = new ReplicaSets<ReplicaConnection>();
  readonly #actors = new Map<string, DeploymentActor<string, ReplicaConnection>>();
  readonly #loop: ControlLoop;

  constructor(
    application: string,
    graph: ApplicationGraph,
    exportName: string,
    platform: Platform<string>,
  ) {
    this.#application = application;
    this.#graph = graph;
    this.#exportName = exportName;
    this.#platform = platform;
    this.#loop = new ControlLoop(platform.clock, () =>
      Math.min(...[...this.#actors.values()].map((actor) => actor.act())),
    );
  }

  watch(key: string, listener: (change: ReplicaSetChange) => void): () => void {
    this.#ensure(key);
    return this.#sets.watch(key, listener);
  }

  #ensure(key: string): void {
    const node = this.#graph.nodes.find(({ name }) => `${this.#application}/${name}` === key);
    if (!node || this.#actors.has(key)) return;
    const target = {
      application: this.#application,
      node,
      nameOf: this.#graph.nameOf,
      code: this.#exportName,
      isolation: node.options.isolation ?? this.#platform.defaultIsolation(this.#exportName),
    };
    const actor = new DeploymentActor(target, {
      spawner: this.#platform.spawner,
      clock: this.#platform.clock,
      replicaSets: this.#sets,
      dirty: this.#loop.wake,
    });
    this.#actors.set(key, actor);
    this.#loop.wake();
  }
}
