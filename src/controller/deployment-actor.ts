import type { ApplicationGraph, NamedNode } from "../application.ts";
import type { Clock } from "../clock.ts";
import { ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import type { Isolation } from "../options.ts";
import type { ReplicaConnection, ReplicaSpawner } from "../platform.ts";
import type { CloseReason } from "../replica/protocol.ts";
import {
  type DeploymentView,
  maxStartFailures,
  type ReplicaState,
  type ReplicaView,
  reconcile,
} from "./reconcile.ts";
import type { ReplicaSets } from "./replica-sets.ts";
import { startInTime } from "./start-in-time.ts";
import { type DeploymentStatus, deploymentStatus } from "./status.ts";

/** What should run. */
export interface DeploymentTarget<Code> {
  readonly application: string;
  readonly node: NamedNode;
  readonly nameOf: ApplicationGraph["nameOf"];
  readonly code: Code | undefined;
  readonly isolation: Isolation;
}

export interface ActorEnvironment<Code, C extends ReplicaConnection> {
  readonly spawner: ReplicaSpawner<Code, C>;
  readonly clock: Clock;
  readonly replicaSets: ReplicaSets<C>;
  /** Something happened that wants a decision. */
  readonly dirty: () => void;
}

interface ReplicaRecord<C> extends ReplicaView {
  state: ReplicaState;
  connection: C | undefined;
  /** Aborts a start that is not wanted any more. */
  readonly unwanted: AbortController;
  started: Promise<void>;
  startedAt: number;
}

/** A death this soon after the start counts as a failed start: a crash loop must back off. */
const EARLY_DEATH_MS = 5_000;

/** Carries out what `reconcile` decides for one deployment, and keeps what it decides by. */
export class DeploymentActor<Code, C extends ReplicaConnection> {
  readonly key: DeploymentKey;
  readonly target: DeploymentTarget<Code>;
  readonly #environment: ActorEnvironment<Code, C>;
  readonly #replicas = new Map<string, ReplicaRecord<C>>();
  #wanted: number;
  #failures = 0;
  #failedAt = 0;
  #everRan = false;
  #gaveUp = false;
  #lastError: unknown;
  #stopped: Promise<unknown> = Promise.resolve();

  constructor(target: DeploymentTarget<Code>, environment: ActorEnvironment<Code, C>) {
    this.key = `${target.application}/${target.node.name}`;
    this.target = target;
    this.#environment = environment;
    this.#wanted = target.node.options.numReplicas;
    environment.replicaSets.open(this.key, target.node.options);
  }

  get status(): DeploymentStatus {
    return deploymentStatus(this.#view, this.#gaveUp, this.#lastError);
  }

  get lastError(): unknown {
    return this.#lastError;
  }

  /** Decides and acts once. Returns the milliseconds until it wants to again. */
  act(): number {
    if (this.#gaveUp) return Number.POSITIVE_INFINITY;
    const decision = reconcile(this.#view, this.#environment.clock.now());
    for (const replicaId of decision.stop) this.#stop(replicaId);
    for (const index of decision.start) this.#start(index);
    if (decision.giveUp) this.#giveUp();
    return decision.wakeInMs;
  }

  /** Drains all replicas; resolves when the last one is gone. */
  async delete(): Promise<void> {
    this.#wanted = 0;
    this.#gaveUp = false;
    const gone = new ServeError("NOT_FOUND", `${this.key}: the deployment was deleted`);
    this.#environment.replicaSets.fail(this.key, gone);
    this.act();
    await this.#stopped;
  }

  get #view(): DeploymentView {
    const { maxConstructorRetries, numReplicas } = this.target.node.options;
    return {
      wanted: this.#wanted,
      replicas: [...this.#replicas.values()],
      failures: this.#failures,
      maxFailures: maxStartFailures(maxConstructorRetries, numReplicas),
      everRan: this.#everRan,
      failedAt: this.#failedAt,
    };
  }

  #start(index: number): void {
    const { clock, replicaSets } = this.#environment;
    const record: ReplicaRecord<C> = {
      replicaId: replicaSets.newReplicaId(this.key),
      index,
      state: "STARTING",
      connection: undefined,
      unwanted: new AbortController(),
      started: Promise.resolve(),
      startedAt: clock.now(),
    };
    this.#replicas.set(record.replicaId, record);
    record.started = this.#startup(record);
  }

  async #startup(record: ReplicaRecord<C>): Promise<void> {
    const { clock, replicaSets, dirty } = this.#environment;
    try {
      const connection = await this.#spawn(record);
      record.connection = connection;
      record.state = "RUNNING";
      record.startedAt = clock.now();
      this.#everRan = true;
      connection.whenClosed((reason) => this.#died(record, reason));
      replicaSets.add(this.key, connection);
    } catch (error) {
      this.#replicas.delete(record.replicaId);
      if (!record.unwanted.signal.aborted) this.#failed(error);
    }
    dirty();
  }

  #spawn({ replicaId, index, unwanted }: ReplicaRecord<C>): Promise<C> {
    const { node, application, nameOf, code, isolation } = this.target;
    const { spawner, clock, replicaSets } = this.#environment;
    const { maxOngoingRequests, userConfig, initTimeoutMs } = node.options;
    const deployment = node.name;
    const spec = { replicaId, application, deployment, index, maxOngoingRequests, userConfig };
    const source = { node, nameOf, code, isolation };
    return startInTime((signal) => spawner.start(spec, source, replicaSets, signal), {
      clock,
      timeoutMs: initTimeoutMs,
      unwanted: unwanted.signal,
      where: this.key,
    });
  }

  #failed(error: unknown): void {
    this.#lastError = error;
    this.#failures += 1;
    this.#failedAt = this.#environment.clock.now();
  }

  #died(record: ReplicaRecord<C>, { message }: CloseReason): void {
    const { clock, replicaSets, dirty } = this.#environment;
    this.#replicas.delete(record.replicaId);
    replicaSets.remove(this.key, record.replicaId);
    if (record.state === "RUNNING") {
      if (clock.now() - record.startedAt > EARLY_DEATH_MS) this.#failures = 0;
      console.error(`isoserve: ${record.replicaId} died and is replaced: ${message}`);
      this.#failed(new ServeError("REPLICA_DIED", `${record.replicaId} died: ${message}`));
    }
    dirty();
  }

  #stop(replicaId: string): void {
    const record = this.#replicas.get(replicaId);
    if (!record) return;
    const { connection } = record;
    record.state = "STOPPING";
    this.#environment.replicaSets.remove(this.key, replicaId);
    record.unwanted.abort();
    const gone = connection ? this.#drain(connection) : record.started;
    this.#stopped = Promise.all([this.#stopped, gone]);
  }

  async #drain(connection: C): Promise<void> {
    const { clock } = this.#environment;
    const drained = new AbortController();
    const timeout = clock.sleep(this.target.node.options.gracefulShutdownTimeoutMs, drained.signal);
    // A replica that dies while it drains is gone as well; what `dispose` throws can change nothing any more.
    await Promise.race([connection.drain().catch(() => {}), timeout]);
    drained.abort();
    await connection.stop();
  }

  #giveUp(): void {
    this.#gaveUp = true;
    const message = `${this.key}: the deployment failed to start and gave up; fix it and deploy again`;
    this.#environment.replicaSets.fail(
      this.key,
      new ServeError("DEPLOY_FAILED", message, { cause: this.#lastError }),
    );
    this.#environment.dirty();
  }
}
