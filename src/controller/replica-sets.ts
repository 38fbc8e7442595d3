import type { LoadSource } from "../autoscale/load-meter.ts";
import { LoadTable } from "../autoscale/load-table.ts";
import { ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import type { ReplicaConnection } from "../platform.ts";
import type { CallLimits, Directory, ReplicaSetChange, Traffic } from "../router/directory.ts";
import { TrafficTable } from "./traffic-table.ts";

/** Of a deployment that is not there. */
const NO_LIMITS: CallLimits = {
  maxOngoingRequests: 1,
  maxQueuedRequests: -1,
  requestTimeoutMs: undefined,
  router: "powerOfTwo",
  canary: undefined,
};

type Listener<C extends ReplicaConnection> = (change: ReplicaSetChange<C>) => void;

interface ReplicaSet<C extends ReplicaConnection> {
  limits: CallLimits;
  failure: unknown;
  /** Replicas that were ever started. */
  started: number;
  readonly running: Map<string, C>;
  readonly listeners: Set<Listener<C>>;
}

/** The host's directory: the controller publishes who serves, routers and brokers listen. */
export class ReplicaSets<C extends ReplicaConnection> implements Directory<C> {
  readonly traffic = new TrafficTable();
  /** What callers have waiting and running. */
  readonly loads = new LoadTable();
  readonly #sets = new Map<DeploymentKey, ReplicaSet<C>>();

  watch(key: DeploymentKey, listener: Listener<C>): () => void {
    const set = this.#set(key);
    set.listeners.add(listener);
    const { limits, failure } = set;
    listener({ limits, added: [...set.running.values()], removed: [], failure });
    return () => set.listeners.delete(listener);
  }

  watchTraffic(key: DeploymentKey, listener: (traffic: Traffic | undefined) => void): () => void {
    return this.traffic.watch(key, listener);
  }

  measure(key: DeploymentKey, source: LoadSource, now: () => number): () => void {
    return this.loads.of(key).add(source, now);
  }

  /** A deployment exists from now on: its calls wait for replicas. */
  open(key: DeploymentKey, limits: CallLimits): void {
    const set = this.#set(key);
    set.limits = limits;
    set.failure = undefined;
    this.#tell(set, {});
  }

  /** Changes the limits of one that is open. */
  limit(key: DeploymentKey, limits: CallLimits): void {
    const set = this.#set(key);
    set.limits = limits;
    this.#tell(set, {});
  }

  /** No call to it can succeed: waiting ones and new ones reject with `failure`. */
  fail(key: DeploymentKey, failure: ServeError): void {
    const set = this.#set(key);
    set.failure = failure;
    this.#tell(set, {});
  }

  /** So many replicas were started already, under another controller. */
  continue(key: DeploymentKey, started: number): void {
    const set = this.#set(key);
    set.started = Math.max(set.started, started);
  }

  /** A name that no replica ever had: news of one that is long gone must not meet another. */
  newReplicaId(key: DeploymentKey): string {
    const set = this.#set(key);
    set.started += 1;
    return `${key}#${set.started}`;
  }

  /** At once: calls that wait choose among all of them. */
  add(key: DeploymentKey, ...added: readonly C[]): void {
    const set = this.#set(key);
    for (const connection of added) set.running.set(connection.replicaId, connection);
    set.failure = undefined;
    this.#tell(set, { added });
  }

  remove(key: DeploymentKey, replicaId: string): void {
    const set = this.#set(key);
    if (set.running.delete(replicaId)) this.#tell(set, { removed: [replicaId] });
  }

  #set(key: DeploymentKey): ReplicaSet<C> {
    let set = this.#sets.get(key);
    if (!set) {
      set = {
        limits: NO_LIMITS,
        failure: noSuchDeployment(key),
        started: 0,
        running: new Map(),
        listeners: new Set(),
      };
      this.#sets.set(key, set);
    }
    return set;
  }

  #tell(set: ReplicaSet<C>, news: Partial<ReplicaSetChange<C>>): void {
    const { limits, failure } = set;
    const change = { limits, failure, added: [], removed: [], ...news };
    for (const listener of set.listeners) listener(change);
  }
}

export function noSuchDeployment(key: DeploymentKey): ServeError {
  return new ServeError("NOT_FOUND", `${key}: no such deployment runs; serve.status() lists all`);
}
