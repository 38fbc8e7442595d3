import type { ApplicationGraph, NamedNode } from "../application.ts";
import type { Clock } from "../clock.ts";
import { ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import type { Isolation } from "../options.ts";
import type { ReplicaConnection, ReplicaSpawner } from "../platform.ts";
import type { CloseReason, ReplicaSettings } from "../replica/protocol.ts";
import type { ReplicaState, ReplicaView } from "./reconcile.ts";
import type { ReplicaSets } from "./replica-sets.ts";
import { startInTime } from "./start-in-time.ts";

/** What should run. */
export interface DeploymentTarget<Code> {
  readonly application: string;
  readonly node: NamedNode;
  readonly nameOf: ApplicationGraph["nameOf"];
  readonly code: Code | undefined;
  readonly isolation: Isolation;
}

export interface CrewEnvironment<Code, C extends ReplicaConnection> {
  readonly spawner: ReplicaSpawner<Code, C>;
  readonly clock: Clock;
  readonly replicaSets: ReplicaSets<C>;
}

/** What becomes of replicas, told by the version they are of. */
export interface CrewEvents {
  started(version: number): void;
  /** A start failed, or a replica died; `ranMs` tells how long it had run. */
  failed(version: number, error: unknown, ranMs: number): void;
  /** Anything changed. */
  changed(): void;
}

interface ReplicaRecord<C> {
  readonly replicaId: string;
  readonly index: number;
  readonly version: number;
  state: ReplicaState;
  connection: C | undefined;
  /** Aborts a start that is not wanted any more. */
  readonly unwanted: AbortController;
  started: Promise<void>;
  startedAt: number;
}

/** The replicas of one deployment: starts, stops and reconfigures them as it is told, and tells what becomes of them. */
export class ReplicaCrew<Code, C extends ReplicaConnection> {
  readonly #key: DeploymentKey;
  readonly #environment: CrewEnvironment<Code, C>;
  readonly #events: CrewEvents;
  readonly #replicas = new Map<string, ReplicaRecord<C>>();
  #settings: ReplicaSettings | undefined;
  #stopped: Promise<unknown> = Promise.resolve();

  constructor(key: DeploymentKey, environment: CrewEnvironment<Code, C>, events: CrewEvents) {
    this.#key = key;
    this.#environment = environment;
    this.#events = events;
  }

  /** @param version the one that is wanted */
  views(version: number): ReplicaView[] {
    return [...this.#replicas.values()].map((record) => {
      const { replicaId, index, state } = record;
      return { replicaId, index, state, current: record.version === version };
    });
  }

  /** Resolves when all that was told to stop is gone. */
  get stopped(): Promise<unknown> {
    return this.#stopped;
  }

  start(index: number, version: number, target: DeploymentTarget<Code>): void {
    const { clock, replicaSets } = this.#environment;
    const record: ReplicaRecord<C> = {
      replicaId: replicaSets.newReplicaId(this.#key),
      index,
      version,
      state: "STARTING",
      connection: undefined,
      unwanted: new AbortController(),
      started: Promise.resolve(),
      startedAt: clock.now(),
    };
    this.#replicas.set(record.replicaId, record);
    record.started = this.#startup(record, target);
  }

  stop(replicaId: string, gracefulShutdownTimeoutMs: number): void {
    const record = this.#replicas.get(replicaId);
    if (!record) return;
    const { connection, started } = record;
    record.state = "STOPPING";
    record.unwanted.abort();
    this.#environment.replicaSets.remove(this.#key, replicaId);
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
    const running = [...this.#replicas.values()].filter(({ state }) => state === "RUNNING");
    const done = await Promise.allSettled(
      running.map(({ connection }) => connection?.reconfigure(settings)),
    );
    for (const one of done) {
      // One that died meanwhile is replaced by one that starts with the new settings.
      if (one.status === "rejected" && one.reason?.code !== "REPLICA_DIED") throw one.reason;
    }
  }

  async #startup(record: ReplicaRecord<C>, target: DeploymentTarget<Code>): Promise<void> {
    const { clock, replicaSets } = this.#environment;
    const settings = this.#settings;
    try {
      const connection = await this.#spawn(record, target);
      record.connection = connection;
      if (this.#settings !== settings) await this.#catchUp(connection);
      record.state = "RUNNING";
      record.startedAt = clock.now();
      this.#events.started(record.version);
      connection.whenClosed((reason) => this.#died(record, reason));
      replicaSets.add(this.#key, connection);
    } catch (error) {
      this.#replicas.delete(record.replicaId);
      if (!record.unwanted.signal.aborted) this.#events.failed(record.version, error, 0);
    }
    this.#events.changed();
  }

  #spawn(record: ReplicaRecord<C>, target: DeploymentTarget<Code>): Promise<C> {
    const { node, application, nameOf, code, isolation } = target;
    const { spawner, clock, replicaSets } = this.#environment;
    const { maxOngoingRequests, userConfig, initTimeoutMs } = node.options;
    const { replicaId, index, unwanted } = record;
    const deployment = node.name;
    const spec = { replicaId, application, deployment, index, maxOngoingRequests, userConfig };
    const source = { node, nameOf, code, isolation };
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

  #died(record: ReplicaRecord<C>, { message }: CloseReason): void {
    const { clock, replicaSets } = this.#environment;
    this.#replicas.delete(record.replicaId);
    replicaSets.remove(this.#key, record.replicaId);
    if (record.state === "RUNNING") {
      console.error(`isoserve: ${record.replicaId} died and is replaced: ${message}`);
      const death = new ServeError("REPLICA_DIED", `${record.replicaId} died: ${message}`);
      this.#events.failed(record.version, death, clock.now() - record.startedAt);
    }
    this.#events.changed();
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
