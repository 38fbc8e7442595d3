import type { Clock } from "../clock.ts";
import { messageOf, ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import type { ReplicaConnection, ReplicaSpawner } from "../platform.ts";
import type { CloseReason, ReplicaSettings } from "../replica/protocol.ts";
import { amounts } from "../resources.ts";
import { DeadReplicas } from "./dead-replicas.ts";
import type { DeploymentTarget } from "./deployment-target.ts";
import type { HealthWatch } from "./health-watch.ts";
import { type ReplicaView, serves } from "./reconcile.ts";
import { ReplicaRecord } from "./replica-record.ts";
import type { ReplicaSets } from "./replica-sets.ts";
import type { ResourceLedger } from "./resource-ledger.ts";
import { startInTime } from "./start-in-time.ts";
import type { DeadReplica, ReplicaStatus } from "./status.ts";

export interface CrewEnvironment<Code, C extends ReplicaConnection> {
  readonly spawner: ReplicaSpawner<Code, C>;
  readonly clock: Clock;
  readonly replicaSets: ReplicaSets<C>;
  readonly health: HealthWatch;
  readonly ledger: ResourceLedger;
}

/** What becomes of replicas, told by the version they are of. */
export interface CrewEvents {
  started(version: number): void;
  /** A start failed, or a replica died or was sick; `ranMs` tells how long it had run. */
  failed(version: number, error: unknown, ranMs: number): void;
  /** Anything changed. */
  changed(): void;
}

/** The replicas of one deployment: starts, stops and reconfigures them as it is told, and tells what becomes of them. */
export class ReplicaCrew<Code, C extends ReplicaConnection> {
  readonly #key: DeploymentKey;
  readonly #environment: CrewEnvironment<Code, C>;
  readonly #events: CrewEvents;
  readonly #replicas = new Map<string, ReplicaRecord<C>>();
  readonly #dead = new DeadReplicas();
  #settings: ReplicaSettings | undefined;
  #stopped: Promise<unknown> = Promise.resolve();

  constructor(key: DeploymentKey, environment: CrewEnvironment<Code, C>, events: CrewEvents) {
    this.#key = key;
    this.#environment = environment;
    this.#events = events;
  }

  /** @param version the one that is wanted */
  views(version: number): ReplicaView[] {
    return [...this.#replicas.values()].map((record) => record.view(version));
  }

  get statuses(): ReplicaStatus[] {
    return [...this.#replicas.values()].map(({ status }) => status);
  }

  get dead(): readonly DeadReplica[] {
    return this.#dead.list;
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
   * Changes settings on every replica that runs, though one may fail: all must end with the same.
   *
   * @throws what a `reconfigure` threw
   */
  async reconfigure({ maxOngoingRequests, userConfig }: ReplicaSettings): Promise<void> {
    const settings = { maxOngoingRequests, userConfig };
    this.#settings = settings;
    const done = await Promise.allSettled(
      [...this.#replicas.values()].filter(serves).map((record) => this.#apply(record, settings)),
    );
    for (const one of done) {
      // One that died meanwhile is replaced by one that starts with the new settings.
      if (one.status === "rejected" && one.reason?.code !== "REPLICA_DIED") throw one.reason;
    }
  }

  async #apply(record: ReplicaRecord<C>, settings: ReplicaSettings): Promise<void> {
    const { clock } = this.#environment;
    record.enter("UPDATING", clock.now());
    try {
      await record.connection?.reconfigure(settings);
    } finally {
      if (record.state === "UPDATING") record.enter("RUNNING", clock.now());
    }
  }

  async #startup(record: ReplicaRecord<C>, target: () => DeploymentTarget<Code>): Promise<void> {
    const { clock, replicaSets, health } = this.#environment;
    const settings = this.#settings;
    try {
      const connection = await this.#spawn(record, target());
      record.connection = connection;
      if (this.#settings !== settings) await this.#catchUp(connection);
      record.enter("RUNNING", clock.now());
      this.#events.started(record.version);
      connection.whenClosed((reason) => this.#died(record, reason));
      if (connection.needsChecks) {
        const limits = () => target().node.options;
        record.unwatch = health.watch(connection, limits, (what, error) =>
          this.#sick(record, what, error, limits().gracefulShutdownTimeoutMs),
        );
      }
      replicaSets.add(this.#key, connection);
    } catch (error) {
      this.#forget(record);
      if (!record.unwanted.signal.aborted) this.#failed(record, error, 0);
    }
    this.#events.changed();
  }

  #spawn(record: ReplicaRecord<C>, target: DeploymentTarget<Code>): Promise<C> {
    const { node, application, referenceOf, code, isolation } = target;
    const { spawner, clock, replicaSets } = this.#environment;
    const { maxOngoingRequests, userConfig, initTimeoutMs } = node.options;
    const { replicaId, index, unwanted } = record;
    const deployment = node.name;
    const spec = { replicaId, application, deployment, index, maxOngoingRequests, userConfig };
    const source = { node, referenceOf, code, isolation };
    return startInTime((signal) => spawner.start(spec, source, replicaSets, signal), {
      clock,
      timeoutMs: initTimeoutMs,
      unwanted: unwanted.signal,
      where: this.#key,
    });
  }

  /** Settings that changed while the replica started. */
  async #catchUp(connection: C): Promise<void> {
    try {
      if (this.#settings) await connection.reconfigure(this.#settings);
    } catch (error) {
      await connection.stop();
      throw error;
    }
  }

  #sick(
    record: ReplicaRecord<C>,
    what: "replace" | "terminate",
    error: unknown,
    gracefulShutdownTimeoutMs: number,
  ): void {
    console.error(`isoserve: ${record.replicaId} is sick and is replaced: ${messageOf(error)}`);
    this.#failed(record, error, this.#environment.clock.now() - record.ranSince);
    this.stop(record.replicaId, what === "terminate" ? 0 : gracefulShutdownTimeoutMs);
    this.#events.changed();
  }

  #died(record: ReplicaRecord<C>, { message }: CloseReason): void {
    const wasServing = serves(record);
    this.#leave(record);
    this.#forget(record);
    if (wasServing) {
      console.error(`isoserve: ${record.replicaId} died and is replaced: ${message}`);
      const death = new ServeError("REPLICA_DIED", `${record.replicaId} died: ${message}`);
      this.#failed(record, death, this.#environment.clock.now() - record.ranSince);
    }
    this.#events.changed();
  }

  #failed({ replicaId, version }: ReplicaRecord<C>, error: unknown, ranMs: number): void {
    this.#dead.add(replicaId, this.#environment.clock.now(), error);
    this.#events.failed(version, error, ranMs);
  }

  /** Takes no calls from now on. */
  #leave(record: ReplicaRecord<C>): void {
    record.unwatch();
    record.enter("STOPPING", this.#environment.clock.now());
    this.#environment.replicaSets.remove(this.#key, record.replicaId);
  }

  #forget({ replicaId }: ReplicaRecord<C>): void {
    this.#replicas.delete(replicaId);
    this.#environment.ledger.release(replicaId);
  }

  async #drain(connection: C, gracefulShutdownTimeoutMs: number): Promise<void> {
    const drained = new AbortController();
    const timeout = this.#environment.clock.sleep(gracefulShutdownTimeoutMs, drained.signal);
    // A replica that dies while it drains is gone as well; what `dispose` throws can change nothing any more.
    await Promise.race([connection.drain().catch(() => {}), timeout]);
    drained.abort();
    await connection.stop();
  }
}
