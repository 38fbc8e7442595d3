import { splitReference } from "../../src/application-graph.ts";
import type { Controller } from "../../src/controller/controller.ts";
import type { DeploymentTarget } from "../../src/controller/deployment-target.ts";
import { toErrorData } from "../../src/error-data.ts";
import type { DeploymentKey } from "../../src/handle.ts";
import type { ReplicaConnection } from "../../src/platform.ts";
import type { ReplicaSetChange, Traffic } from "../../src/router/directory.ts";
import { type PlainLimits, toPlainLimits } from "../../src/router/limits.ts";
import { toPlainRouter } from "../../src/router/router-option.ts";
import type { CloudflareModule } from "./code-names.ts";
import type { ControlTable, InlineEntry, TableEntry } from "./control-table.ts";
import { ObjectConnection } from "./object-connection.ts";

type Target = DeploymentTarget<CloudflareModule>;

/** What the controller shows to isolates: made when one asks, and only after something has changed. */
export class PublishedTable {
  readonly #controller: Controller<CloudflareModule, ReplicaConnection>;
  readonly #boot: number;
  readonly #changed: () => void;
  readonly #feeds = new Map<DeploymentKey, Feed>();
  readonly #traffic = new Map<DeploymentKey, () => void>();
  #change = 0;
  #table: ControlTable | undefined;

  /** @param boot larger for each controller than for those before it */
  constructor(
    controller: Controller<CloudflareModule, ReplicaConnection>,
    boot: number,
    changed: () => void = () => {},
  ) {
    this.#controller = controller;
    this.#boot = boot;
    this.#changed = changed;
  }

  get table(): ControlTable {
    this.#table ??= this.#make();
    return this.#table;
  }

  /** A replica that serves and has an object of its own. */
  replica(replicaId: string): ObjectConnection | undefined {
    const key = replicaId.slice(0, replicaId.lastIndexOf("#"));
    return this.#feeds.get(key)?.objects.get(replicaId);
  }

  /** Follows the deployments there are; to be called whenever they may be others. */
  follow(): void {
    const { replicaSets } = this.#controller;
    const keys = new Set(this.#targets.map(keyOf));
    for (const [key, feed] of this.#feeds) {
      if (keys.has(key)) continue;
      feed.end();
      this.#feeds.delete(key);
    }
    for (const key of keys) {
      if (this.#feeds.has(key)) continue;
      const feed = new Feed(() => this.#outdate());
      this.#feeds.set(key, feed);
      feed.end = replicaSets.watch(key, feed.take);
    }
    this.#followSplits();
    this.#outdate();
  }

  #followSplits(): void {
    const { replicaSets } = this.#controller;
    const keys = new Set(this.#splits);
    for (const [key, end] of this.#traffic) {
      if (keys.has(key)) continue;
      end();
      this.#traffic.delete(key);
    }
    for (const key of keys) {
      if (this.#traffic.has(key)) continue;
      this.#traffic.set(
        key,
        replicaSets.traffic.watch(key, () => this.#outdate()),
      );
    }
  }

  #outdate(): void {
    this.#change += 1;
    this.#table = undefined;
    this.#changed();
  }

  #make(): ControlTable {
    const entries = this.#targets.map((target) => [keyOf(target), this.#entry(target)] as const);
    const traffic = this.#splits.map((key) => [key, this.#trafficOf(key)] as const);
    return {
      revision: { boot: this.#boot, change: this.#change },
      routes: this.#controller.routes,
      deployments: Object.fromEntries(entries),
      traffic: Object.fromEntries(traffic.filter((one): one is [string, Traffic] => !!one[1])),
    };
  }

  #entry(target: Target): TableEntry {
    const feed = this.#feeds.get(keyOf(target)) as Feed;
    const { failure } = feed;
    return {
      limits: feed.limits,
      code: target.code,
      failure: failure === undefined ? undefined : toErrorData(failure),
      inline: target.isolation === "inline" ? inlineEntry(target) : undefined,
      replicas: [...feed.objects.keys()],
    };
  }

  /** Of the applications that are not being deleted. */
  get #targets(): readonly Target[] {
    return this.#applications.flatMap((application) => application?.called ?? []);
  }

  get #splits(): readonly DeploymentKey[] {
    return this.#applications.flatMap((application) =>
      (application?.splits ?? []).map(({ name }) => `${application?.name}/${splitReference(name)}`),
    );
  }

  get #applications() {
    return this.#controller.routes.map(({ application }) => this.#controller.get(application));
  }

  #trafficOf(key: DeploymentKey): Traffic | undefined {
    let found: Traffic | undefined;
    this.#controller.replicaSets.watchTraffic(key, (traffic) => {
      found = traffic;
    })();
    return found;
  }
}

/** What is known of one deployment's replicas. */
class Feed {
  limits: PlainLimits = {
    maxOngoingRequests: 1,
    maxQueuedRequests: -1,
    requestTimeoutMs: undefined,
    router: "powerOfTwo",
  };
  failure: unknown;
  readonly objects = new Map<string, ObjectConnection>();
  end = () => {};
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  readonly take = ({ limits, failure, added, removed }: ReplicaSetChange<ReplicaConnection>) => {
    // Inline replicas have other ids in each isolate: a share of the calls can't be given to some of them.
    this.limits = { ...toPlainLimits(limits), canary: undefined };
    this.failure = failure;
    for (const replicaId of removed) this.objects.delete(replicaId);
    for (const connection of added) {
      // What is inline there is each isolate's own elsewhere.
      if (connection instanceof ObjectConnection) {
        this.objects.set(connection.replicaId, connection);
      }
    }
    this.#changed();
  };
}

function keyOf({ application, node }: Target): DeploymentKey {
  return `${application}/${node.name}`;
}

function inlineEntry({ code = "default", codeVersion, node }: Target): InlineEntry {
  const { options } = node;
  const { policy: _policy, ...autoscaling } = options.autoscaling ?? {};
  return {
    code,
    codeVersion,
    options: {
      ...options,
      ...(options.autoscaling && { autoscaling }),
      router: toPlainRouter(options.router),
    },
  };
}
