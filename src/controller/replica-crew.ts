import type { Clock } from "../clock.ts";
import { messageOf, ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import type { ReplicaConnection, ReplicaSpawner, Survivor } from "../platform.ts";
import type { CloseReason } from "../replica/protocol.ts";
import { amounts } from "../resources.ts";
import type { DeploymentMetrics } from "../telemetry/deployment-metrics.ts";
import type { HostMetrics } from "../telemetry/host-metrics.ts";
import type { Logger } from "../telemetry/logger.ts";
import { calleeOf } from "../telemetry/router-metrics.ts";
import { DeadReplicas } from "./dead-replicas.ts";
import { type DeploymentTarget, sourceOf } from "./deployment-target.ts";
import type { HealthWatch } from "./health-watch.ts";
import { type ReplicaView, serves } from "./reconcile.ts";
import { ReplicaRecord } from "./replica-record.ts";
import { meet } from "./replica-recovery.ts";
import type { ReplicaSets } from "./replica-sets.ts";
import { configure, spawn } from "./replica-start.ts";
import type { ResourceLedger } from "./resource-ledger.ts";
import { type CallCounts, callCounts } from "./rollout-stats.ts";
import type { DeadReplica, ReplicaStatus } from "./status.ts";

export interface CrewEnvironment<Code, C extends ReplicaConnection> {
  readonly spawner: ReplicaSpawner<Code, C>;
  readonly clock: Clock;
  readonly replicaSets: ReplicaSets<C>;
  readonly health: HealthWatch;
  readonly ledger: ResourceLedger;
  /** Undefined where nothing is counted. */
  readonly metrics: HostMetrics | undefined;
  readonly log: Logger;
}

/** What becomes of replicas, told by the version they are of. */
export interface CrewEvents {
  started(version: number): void;
  /** A start failed, or a replica died or was sick; `ranMs` tells how long it had run. */
  failed(version: number, error: unknown, ranMs: number): void;
  /** Anything changed. */
  changed(): void;
}

/** The version of survivors that are to be replaced: those that are wanted count from 1. */
const OTHER_VERSION = 0;

/** The replicas of one deployment: starts, stops and reconfigures them as it is told, and tells what becomes of them. */
export class ReplicaCrew<Code, C extends ReplicaConnection> {
  readonly #key: DeploymentKey;
  readonly #environment: CrewEnvironment<Code, C>;
  readonly #events: CrewEvents;
  readonly #metrics: DeploymentMetrics | undefined;
  readonly #replicas = new Map<string, ReplicaRecord<C>>();
  readonly #dead = new DeadReplicas();
  #stopped: Promise<unknown> = Promise.resolve();

  constructor(key: DeploymentKey, environment: CrewEnvironment<Code, C>, events: CrewEvents) {
    this.#key = key;
    this.#environment = environment;
    this.#events = events;
    this.#metrics = environment.metrics?.deployment(key);
  }

  /** @param version the one that is wanted */
  views(version = 0): ReplicaView[] {
    return [...this.#replicas.values()].map((record) => record.view(version));
  }

  /** Those that take calls. */
  get serving(): C[] {
    return this.#connectionsOf(serves);
  }

  get statuses(): ReplicaStatus[] {
    return [...this.#replicas.values()].map(({ status }) => status);
  }

  get dead(): readonly DeadReplica[] {
    return this.#dead.list;
  }

  /** What the calls of a version's replicas have come to, as far as they can tell now. */
  async callCounts(version: number): Promise<CallCounts> {
    const connections = this.#connectionsOf((record) => record.version === version);
    const snapshots = await Promise.allSettled(connections.map((one) => one.metrics()));
    return callCounts(snapshots.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])));
  }

  #connectionsOf(wanted: (record: ReplicaRecord<C>) => boolean): C[] {
    const found = [...this.#replicas.values()].filter(wanted);
    return found.flatMap(({ connection }) => (connection ? [connection] : []));
  }

  /** Resolves when all that was told to stop is gone. */
  get stopped(): Promise<unknown> {
    return this.#stopped;
  }

  start(index: number, version: number, target: () => DeploymentTarget<Code>): void {
    const { clock, replicaSets, ledger } = this.#environment;
    const replicaId = replicaSets.newReplicaId(this.#key);
    const record = new ReplicaRecord<C>({ replicaId, index, version }, "STARTING", clock.now());
    this.#replicas.set(replicaId, record);
    ledger.reserve(replicaId, amounts(target().node.options.resources));
    record.started = this.#startup(record, target);
  }

  /**
   * Takes over the replicas that outlived the controller before this one: they take calls while they are asked how
   * they are.
   *
   * @param version the one that is wanted
   */
  recover(version: number, target: () => DeploymentTarget<Code>): void {
    const { spawner, replicaSets } = this.#environment;
    const source = sourceOf(target());
    const { started, running } = spawner.survivors(this.#key, source, replicaSets);
    replicaSets.continue(this.#key, started);
    for (const survivor of running) {
      const wanted = survivor.version === source.version;
      this.#adopt(survivor, wanted ? version : OTHER_VERSION, target);
    }
  }

  stop(replicaId: string, gracefulShutdownTimeoutMs: number): void {
    const record = this.#replicas.get(replicaId);
    if (!record) return;
    const { connection, started } = record;
    this.#leave(record);
    record.unwanted.abort();
    const gone = connection ? this.#drain(connection, gracefulShutdownTimeoutMs) : started;
    this.#stopped = Promise.all([this.#stopped, gone]);
  }

  /**
   * Changes settings on every replica of a version that runs, though one may fail: all must end with the same.
   *
   * @throws what a `reconfigure` threw; ServeError `TIMEOUT`
   */
  async reconfigure(version: number, target: DeploymentTarget<Code>): Promise<void> {
    const running = [...this.#replicas.values()].filter(
      (record) => record.version === version && serves(record),
    );
    const done = await Promise.allSettled(running.map((record) => this.#apply(record, target)));
    for (const one of done) if (one.status === "rejected") throw one.reason;
  }

  async #apply(record: ReplicaRecord<C>, target: DeploymentTarget<Code>): Promise<void> {
    const { clock } = this.#environment;
    record.enter("UPDATING", clock.now());
    record.watch?.limitsChanged();
    try {
      await configure(record, record.connection as C, target, this.#environment);
      if (record.state === "UPDATING") record.enter("RUNNING", clock.now());
    } catch (error) {
      // One that is gone or leaves is replaced by one that starts with the new settings.
      if (!serves(record) || codeOf(error) === "REPLICA_DIED") return;
      record.enter("RUNNING", clock.now());
      // Nobody can tell which settings it has.
      if (codeOf(error) === "TIMEOUT") this.#sick(record, "replace", error, target);
      throw error;
    }
  }

  async #startup(record: ReplicaRecord<C>, target: () => DeploymentTarget<Code>): Promise<void> {
    let connection: C | undefined;
    try {
      let given = target();
      const made = await spawn(record, given, this.#environment);
      connection = made;
      // Settings that changed while it started.
      while (target() !== given) {
        given = target();
        await configure(record, made, given, this.#environment);
      }
      // It may have become unwanted just after it came up.
      record.unwanted.signal.throwIfAborted();
      this.#serve(record, made, target);
    } catch (error) {
      await connection?.stop();
      this.#forget(record);
      if (!record.unwanted.signal.aborted) this.#failed(record, error, 0);
    }
    this.#events.changed();
  }

  #adopt(survivor: Survivor<C>, version: number, target: () => DeploymentTarget<Code>): void {
    const { clock, replicaSets, ledger } = this.#environment;
    const { connection, index, draining } = survivor;
    const { resources, gracefulShutdownTimeoutMs } = target().node.options;
    const { replicaId } = connection;
    const record = new ReplicaRecord<C>({ replicaId, index, version }, "RECOVERING", clock.now());
    record.connection = connection;
    this.#replicas.set(replicaId, record);
    ledger.reserve(replicaId, amounts(resources));
    if (!draining) replicaSets.add(this.#key, connection);
    this.#environment.metrics?.add(connection);
    connection.whenClosed((reason) => this.#died(record, reason));
    if (draining) this.stop(replicaId, gracefulShutdownTimeoutMs);
    else record.started = this.#recover(record, survivor, target);
  }

  async #recover(
    record: ReplicaRecord<C>,
    { connection, settings }: Survivor<C>,
    target: () => DeploymentTarget<Code>,
  ): Promise<void> {
    const { clock } = this.#environment;
    try {
      const known = record.version === OTHER_VERSION ? undefined : settings;
      await meet(record, connection, known, target, { clock });
      if (record.state === "RECOVERING") this.#run(record, connection, target);
    } catch (error) {
      if (record.state === "RECOVERING") this.#sick(record, "replace", error, target());
    }
    this.#events.changed();
  }

  #serve(record: ReplicaRecord<C>, connection: C, target: () => DeploymentTarget<Code>): void {
    const { clock, metrics } = this.#environment;
    record.connection = connection;
    this.#metrics?.started(clock.now() - record.ranSince);
    metrics?.add(connection);
    this.#run(record, connection, target);
    this.#environment.replicaSets.add(this.#key, connection);
    // The last, for one that has died already tells at once.
    connection.whenClosed((reason) => this.#died(record, reason));
  }

  #run(record: ReplicaRecord<C>, connection: C, target: () => DeploymentTarget<Code>): void {
    const { clock, health } = this.#environment;
    record.enter("RUNNING", clock.now());
    this.#events.started(record.version);
    if (connection.needsChecks) {
      const limits = () => target().node.options;
      record.watch = health.watch(
        connection,
        limits,
        (what, error) => this.#sick(record, what, error, target()),
        () => this.#metrics?.checkFailures.inc(),
      );
    }
  }

  #sick(
    record: ReplicaRecord<C>,
    what: "replace" | "terminate",
    error: unknown,
    { node }: DeploymentTarget<Code>,
  ): void {
    this.#tell(record, `is sick and is replaced: ${messageOf(error)}`);
    this.#failed(record, error, this.#environment.clock.now() - record.ranSince);
    this.stop(record.replicaId, what === "terminate" ? 0 : node.options.gracefulShutdownTimeoutMs);
    this.#events.changed();
  }

  #died(record: ReplicaRecord<C>, { message }: CloseReason): void {
    const wasWanted = record.state !== "STOPPING";
    this.#leave(record);
    this.#forget(record);
    if (wasWanted) {
      this.#tell(record, `died and is replaced: ${message}`);
      const death = new ServeError("REPLICA_DIED", `${record.replicaId} died: ${message}`);
      this.#failed(record, death, this.#environment.clock.now() - record.ranSince);
    }
    this.#events.changed();
  }

  #tell({ replicaId }: ReplicaRecord<C>, what: string): void {
    const [application, deployment] = calleeOf(this.#key);
    const about = this.#environment.log.about({ application, deployment, replica: replicaId });
    about.error(`${replicaId} ${what}`);
  }

  #failed({ replicaId, version, state }: ReplicaRecord<C>, error: unknown, ranMs: number): void {
    if (state === "STARTING") this.#metrics?.startFailures.inc();
    else this.#metrics?.deaths.inc();
    this.#dead.add(replicaId, this.#environment.clock.now(), error);
    this.#events.failed(version, error, ranMs);
  }

  /** Takes no calls from now on. */
  #leave(record: ReplicaRecord<C>): void {
    record.watch?.end();
    record.enter("STOPPING", this.#environment.clock.now());
    this.#environment.replicaSets.remove(this.#key, record.replicaId);
  }

  #forget({ replicaId }: ReplicaRecord<C>): void {
    this.#replicas.delete(replicaId);
    // Told before those that wait for room: what they had is theirs to take again.
    this.#events.changed();
    this.#environment.ledger.release(replicaId);
  }

  async #drain(connection: C, gracefulShutdownTimeoutMs: number): Promise<void> {
    const { clock, metrics } = this.#environment;
    const drained = new AbortController();
    const timeout = clock.sleep(gracefulShutdownTimeoutMs, drained.signal);
    // Now, for it may not be done in time, and again when it is.
    void metrics?.look(connection);
    const done = connection.drain().then(() => metrics?.look(connection));
    // A replica that dies while it drains is gone as well; what `dispose` throws can change nothing any more.
    await Promise.race([done.catch(() => {}), timeout]);
    drained.abort();
    await connection.stop();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof ServeError ? error.code : undefined;
}
