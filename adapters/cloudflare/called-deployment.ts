import { applicationGraph } from "../../src/application-graph.ts";
import { type ActorEnvironment, DeploymentActor } from "../../src/controller/deployment-actor.ts";
import type { DeploymentTarget } from "../../src/controller/deployment-target.ts";
import { noSuchDeployment, type ReplicaSets } from "../../src/controller/replica-sets.ts";
import { type ErrorData, fromErrorData, toErrorData } from "../../src/error-data.ts";
import { messageOf, ServeError } from "../../src/errors.ts";
import type { DeploymentKey } from "../../src/handle.ts";
import type { ReplicaConnection } from "../../src/platform.ts";
import { fromPlainLimits } from "../../src/router/limits.ts";
import { fromPlainRouter } from "../../src/router/router-option.ts";
import type { CloudflareModule, FindApplication } from "./code-names.ts";
import type { InlineEntry, TableEntry } from "./control-table.ts";
import type { ObjectEnvironment } from "./object-caller.ts";
import { ObjectConnection } from "./object-connection.ts";
import { noRegistry } from "./replica-registry.ts";

/** What a deployment needs of the isolate that calls it. */
export interface CallingIsolate {
  readonly find: FindApplication;
  readonly sets: ReplicaSets<ReplicaConnection>;
  readonly objects: ObjectEnvironment;
  readonly inline: ActorEnvironment<CloudflareModule, ReplicaConnection>;
  /** A replica refused a call for good. */
  gone(replicaId: string): void;
}

type Target = DeploymentTarget<CloudflareModule>;

/** One deployment as an isolate calls it: who serves it there is made equal to what the controller's table says. */
export class CalledDeployment {
  readonly #key: DeploymentKey;
  readonly #isolate: CallingIsolate;
  readonly #objects = new Map<string, ObjectConnection>();
  #inline: DeploymentActor<CloudflareModule, ReplicaConnection> | undefined;
  /** What is done already, as text. */
  #limits: string | undefined;
  #failure: string | undefined;
  #inlineText: string | undefined;

  constructor(key: DeploymentKey, isolate: CallingIsolate) {
    this.#key = key;
    this.#isolate = isolate;
  }

  /** @param entry undefined where no such deployment runs */
  apply(entry: TableEntry | undefined): void {
    try {
      if (entry && !entry.failure) this.#follow(entry);
      else this.#end(entry?.failure ?? toErrorData(noSuchDeployment(this.#key)));
    } catch (error) {
      // This isolate may run an older version of the script than the controller.
      const { log } = this.#isolate.inline;
      log.error(`${this.#key} can't be updated in this isolate: ${messageOf(error)}`);
    }
  }

  /** See `DeploymentActor.act`. */
  act(): number {
    return this.#inline?.act() ?? Number.POSITIVE_INFINITY;
  }

  #follow({ limits, code, inline, replicas }: TableEntry): void {
    const text = JSON.stringify(limits);
    if (text !== this.#limits) {
      const routerOf = () =>
        code === undefined ? undefined : this.#find(code).node?.options.router;
      this.#isolate.sets.open(this.#key, fromPlainLimits(limits, this.#key, routerOf));
    }
    this.#limits = text;
    this.#failure = undefined;
    this.#runInline(inline);
    this.#reach(replicas);
  }

  #end(failure: ErrorData): void {
    const text = JSON.stringify(failure);
    if (text === this.#failure) return;
    this.#failure = text;
    this.#limits = undefined;
    this.#reach([]);
    this.#runInline(undefined);
    this.#isolate.sets.fail(this.#key, fromErrorData(failure) as ServeError);
  }

  #runInline(inline: InlineEntry | undefined): void {
    const text = inline && JSON.stringify(inline);
    if (text === this.#inlineText) return;
    const target = inline ? this.#target(inline) : stopped(this.#inline?.target);
    if (this.#inline && target) this.#inline.update(target);
    else if (target) this.#inline = new DeploymentActor(target, this.#isolate.inline);
    this.#inlineText = text;
    this.#isolate.inline.dirty();
  }

  /** @throws ServeError `INVALID_APPLICATION` */
  #target({ code, codeVersion, options }: InlineEntry): Target {
    const { application, name, node, referenceOf } = this.#find(code);
    if (!node) {
      throw new ServeError("INVALID_APPLICATION", `the script has no deployment ${name} any more`);
    }
    const isolation = "inline" as const;
    const router = fromPlainRouter(options.router, node.options.router);
    const { policy } = node.options.autoscaling ?? {};
    const autoscaling = options.autoscaling && {
      ...options.autoscaling,
      ...(policy && { policy }),
    };
    const configured = { ...node, options: { ...options, router, autoscaling } };
    return { application, node: configured, referenceOf, code, codeVersion, isolation };
  }

  /** The deployment as this isolate's script has it. */
  #find(code: CloudflareModule) {
    const [application = "", name = ""] = this.#key.split("/");
    const { nodes, referenceOf } = applicationGraph(this.#isolate.find(code));
    return { application, name, node: nodes.find((one) => one.name === name), referenceOf };
  }

  #reach(replicas: readonly string[]): void {
    const { sets } = this.#isolate;
    const wanted = new Set(replicas);
    for (const replicaId of this.#objects.keys()) {
      if (wanted.has(replicaId)) continue;
      this.#objects.delete(replicaId);
      sets.remove(this.#key, replicaId);
    }
    const added = replicas.filter((replicaId) => !this.#objects.has(replicaId));
    if (added.length > 0)
      sets.add(this.#key, ...added.map((replicaId) => this.#connect(replicaId)));
  }

  #connect(replicaId: string): ObjectConnection {
    const { sets, objects, gone } = this.#isolate;
    const environment = { ...objects, registry: noRegistry };
    const connection = new ObjectConnection(replicaId, environment, false);
    this.#objects.set(replicaId, connection);
    connection.whenClosed(() => {
      if (this.#objects.get(replicaId) !== connection) return;
      this.#objects.delete(replicaId);
      sets.remove(this.#key, replicaId);
      gone(replicaId);
    });
    return connection;
  }
}

/** What is no longer inline drains, without failing the calls that wait. */
function stopped(target: Target | undefined): Target | undefined {
  if (!target) return undefined;
  const { node } = target;
  return {
    ...target,
    node: { ...node, options: { ...node.options, numReplicas: 0, autoscaling: undefined } },
  };
}
