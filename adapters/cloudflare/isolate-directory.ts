import type { LoadSource } from "../../src/autoscale/load-meter.ts";
import { Caller } from "../../src/caller.ts";
import { ApplicationScaling } from "../../src/controller/application-scaling.ts";
import { ControlLoop } from "../../src/controller/control-loop.ts";
import { HealthWatch } from "../../src/controller/health-watch.ts";
import { ReplicaSets } from "../../src/controller/replica-sets.ts";
import { ResourceLedger } from "../../src/controller/resource-ledger.ts";
import { toErrorData } from "../../src/error-data.ts";
import { ServeError } from "../../src/errors.ts";
import type { DeploymentKey } from "../../src/handle.ts";
import type { Route } from "../../src/http/route-prefix.ts";
import type { ReplicaConnection } from "../../src/platform.ts";
import type { InlinePlatform } from "../../src/replica/inline-spawner.ts";
import type { Directory, ReplicaSetChange, Traffic } from "../../src/router/directory.ts";
import type { HostLog } from "../../src/telemetry/host-log.ts";
import type { HostMetrics } from "../../src/telemetry/host-metrics.ts";
import type { Registry } from "../../src/telemetry/registry.ts";
import type { ReplicaNamespace } from "./bindings.ts";
import { CalledDeployment } from "./called-deployment.ts";
import type { FindApplication } from "./code-names.ts";
import type { ControlTable, TableEntry } from "./control-table.ts";
import type { AskTable, ReportLoads } from "./controller-rpc.ts";
import { holdWhile } from "./hold.ts";
import { ISOLATE, inlineSpawner } from "./inline.ts";
import { LoadReports } from "./load-reports.ts";
import { MAX_AGE_MS, TableCache } from "./table-cache.ts";

/** What an isolate, or a replica in its own object, needs to find replicas. */
export interface IsolateEnvironment {
  readonly find: FindApplication;
  readonly platform: InlinePlatform;
  readonly replicas: () => ReplicaNamespace;
  readonly ask: AskTable;
  readonly log: HostLog;
  readonly report: ReportLoads;
}

const NO_LIMITS = {
  maxOngoingRequests: 1,
  maxQueuedRequests: -1,
  requestTimeoutMs: undefined,
  router: "powerOfTwo",
} as const;

/** While nobody knows. */
const UNKNOWN: TableEntry = {
  limits: NO_LIMITS,
  code: undefined,
  failure: toErrorData(
    new ServeError("UNAVAILABLE", "the controller can't be asked who serves; try again"),
  ),
  inline: undefined,
  replicas: [],
};

/** How often the controller is asked for news while a call waits for a replica. */
const WAITING_MS = 100;

/**
 * Who serves, as one isolate, or one replica in its own object, knows it: replicas in objects by the controller's
 * table, inline ones its own, kept as that table says. Only deployments that are called are looked after.
 */
export class IsolateDirectory implements Directory {
  /** Calls what this directory knows. */
  readonly caller: Caller;
  readonly #cache: TableCache;
  readonly #sets = new ReplicaSets<ReplicaConnection>();
  readonly #called = new Map<DeploymentKey, CalledDeployment>();
  /** Those that are not known yet. */
  readonly #asked = new Set<DeploymentKey>();
  readonly #splits = new Set<DeploymentKey>();
  readonly #make: (key: DeploymentKey) => CalledDeployment;
  readonly #routed: (routes: readonly Route[]) => void;
  readonly #health: HealthWatch;
  readonly #loop: ControlLoop;
  readonly #loads: LoadReports;

  /**
   * @param registry where its calls are counted, if they are
   * @param metrics where its inline replicas are counted, if they are
   * @param routed is told where requests go
   */
  constructor(
    { find, platform: given, replicas, ask, log, report }: IsolateEnvironment,
    registry: Registry | undefined,
    metrics: HostMetrics | undefined,
    routed: (routes: readonly Route[]) => void,
  ) {
    const { clock } = given;
    const hold = holdWhile(() => this.#cache.refresh(WAITING_MS));
    const platform = { ...given, hold };
    this.caller = new Caller(this, platform, registry);
    const apply = (table: ControlTable) => this.#apply(table);
    this.#cache = new TableCache(ask, clock.now, apply, () => this.#nobodyKnows(), log.own);
    this.#routed = routed;
    this.#loads = new LoadReports(clock, report);
    this.#health = new HealthWatch(clock, Math.random, () => this.#loop.wake());
    this.#loop = new ControlLoop(clock, () => this.#tick());
    const host = {
      find,
      sets: this.#sets,
      objects: { replicas, handleFor: this.caller.handle },
      inline: {
        spawner: inlineSpawner(platform, this),
        clock,
        replicaSets: this.#sets,
        health: this.#health,
        ledger: new ResourceLedger(ISOLATE),
        metrics,
        log: log.own,
        targetCapacity: () => undefined,
        together: new ApplicationScaling(),
        dirty: this.#loop.wake,
      },
      gone: (replicaId: string) => this.#cache.gone(replicaId),
    };
    this.#make = (key) => new CalledDeployment(key, host);
  }

  /** See `TableCache.ready`. */
  ready(): Promise<void> | undefined {
    return this.#cache.ready();
  }

  /** Does a deployment or split of this key run? */
  knows(key: DeploymentKey): boolean {
    const { deployments = {}, traffic = {} } = this.#cache.table ?? {};
    return Object.hasOwn(deployments, key) || Object.hasOwn(traffic, key);
  }

  /** Asks the controller for news in the background, unless what is known is new. */
  refresh(): void {
    this.#cache.refresh(MAX_AGE_MS);
  }

  watch(key: DeploymentKey, listener: (change: ReplicaSetChange) => void): () => void {
    if (!this.#called.has(key)) {
      const called = this.#make(key);
      this.#called.set(key, called);
      const entry = this.#cache.table?.deployments[key];
      if (entry) called.apply(entry);
      else this.#askFor(key);
    }
    return this.#sets.watch(key, listener);
  }

  watchTraffic(key: DeploymentKey, listener: (traffic: Traffic | undefined) => void): () => void {
    this.#splits.add(key);
    this.#sets.traffic.set(key, this.#cache.table?.traffic[key]);
    return this.#sets.watchTraffic(key, listener);
  }

  /** What runs in this isolate is scaled here, by its own calls; what has objects by the controller. */
  measure(key: DeploymentKey, source: LoadSource, now: () => number): () => void {
    if (!this.#cache.table?.deployments[key]?.inline) return this.#loads.add(key, source);
    return this.#sets.measure(key, source, now);
  }

  /** It may be newer than what is known: its calls wait for an answer. */
  #askFor(key: DeploymentKey): void {
    this.#sets.open(key, NO_LIMITS);
    this.#asked.add(key);
    this.#cache.outdate();
  }

  #nobodyKnows(): void {
    for (const key of this.#asked) this.#called.get(key)?.apply(UNKNOWN);
    this.#asked.clear();
  }

  #apply({ routes, deployments, traffic }: ControlTable): void {
    this.#routed(routes);
    for (const [key, called] of this.#called) called.apply(deployments[key]);
    this.#asked.clear();
    for (const key of this.#splits) this.#sets.traffic.set(key, traffic[key]);
    this.#loop.wake();
  }

  /** Never by a timer, which would end with its request: every answer of the controller brings a round. */
  #tick(): number {
    this.#health.tick();
    for (const called of this.#called.values()) called.act();
    return Number.POSITIVE_INFINITY;
  }
}
