import { ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import type { ReplicaConnection } from "../platform.ts";
import { type DeploymentView, maxStartFailures, reconcile, waveSize } from "./reconcile.ts";
import { type CrewEnvironment, type DeploymentTarget, ReplicaCrew } from "./replica-crew.ts";
import { type DeploymentStatus, deploymentStatus, type Progress } from "./status.ts";

export interface ActorEnvironment<Code, C extends ReplicaConnection>
  extends CrewEnvironment<Code, C> {
  /** Something happened that wants a decision. */
  readonly dirty: () => void;
}

/** A death this soon after the start counts as a failed start: a crash loop must back off. */
const EARLY_DEATH_MS = 5_000;

/** Decides for one deployment, by `reconcile`, what its crew of replicas is to do; keeps what that goes by. */
export class DeploymentActor<Code, C extends ReplicaConnection> {
  readonly key: DeploymentKey;
  readonly #environment: ActorEnvironment<Code, C>;
  readonly #crew: ReplicaCrew<Code, C>;
  #target: DeploymentTarget<Code>;
  #wanted: number;
  /** Counts the updates that replace replicas. */
  #version = 1;
  /** What ran before the update that is under way: what it goes back to when it fails. */
  #before: { readonly target: DeploymentTarget<Code>; readonly version: number } | undefined;
  #progress: Progress = "under way";
  #failure: unknown;
  #reconfiguring: Promise<unknown> | undefined;
  /** Failures of the wanted version in a row. */
  #failures = 0;
  #failedAt = 0;
  #lastError: unknown;
  /** Has the wanted version ever run? */
  #everRan = false;

  constructor(target: DeploymentTarget<Code>, environment: ActorEnvironment<Code, C>) {
    this.key = `${target.application}/${target.node.name}`;
    this.#target = target;
    this.#environment = environment;
    this.#wanted = target.node.options.numReplicas;
    this.#crew = new ReplicaCrew(this.key, environment, {
      started: (version) => {
        if (version === this.#version) this.#everRan = true;
      },
      failed: (version, error, ranMs) => {
        if (version === this.#version) this.#failed(error, ranMs);
      },
      changed: environment.dirty,
    });
    environment.replicaSets.open(this.key, target.node.options);
  }

  get target(): DeploymentTarget<Code> {
    return this.#target;
  }

  get status(): DeploymentStatus {
    const status = deploymentStatus(this.#view, this.#progress, this.#lastError);
    const busy = this.#reconfiguring !== undefined && status.status === "HEALTHY";
    return busy ? { ...status, status: "UPDATING", message: "its settings change" } : status;
  }

  /** Why the newest change failed; undefined while it may yet succeed. */
  get failure(): unknown {
    return this.#failure;
  }

  /**
   * Changes what should run. Settings change on the replicas that run; another version replaces them, and is rolled
   * back when it fails to start.
   */
  update(target: DeploymentTarget<Code>): void {
    const before = this.#target;
    const gaveUp = this.#progress === "gave up";
    this.#failure = undefined;
    this.#lastError = undefined;
    this.#aim(target, "under way");
    if (gaveUp) this.#environment.replicaSets.open(this.key, target.node.options);
    if (needsRestart(before, target)) this.#replaceVersion(before);
    else this.#reconfigure(before);
    this.#environment.dirty();
  }

  /** Decides and acts once. Returns the milliseconds until it wants to again. */
  act(): number {
    if (this.#progress === "gave up") return Number.POSITIVE_INFINITY;
    const decision = reconcile(this.#view, this.#environment.clock.now());
    const { gracefulShutdownTimeoutMs } = this.#target.node.options;
    for (const replicaId of decision.stop) this.#crew.stop(replicaId, gracefulShutdownTimeoutMs);
    for (const index of decision.start) this.#crew.start(index, this.#version, this.#target);
    if (decision.giveUp) this.#giveUp();
    return decision.wakeInMs;
  }

  /** Drains all replicas; resolves when the last one is gone. */
  async delete(): Promise<void> {
    this.#wanted = 0;
    this.#progress = "under way";
    const gone = new ServeError("NOT_FOUND", `${this.key}: the deployment was deleted`);
    this.#environment.replicaSets.fail(this.key, gone);
    this.act();
    await this.#crew.stopped;
  }

  get #view(): DeploymentView {
    const { maxConstructorRetries, numReplicas, rollingUpdateFraction } = this.#target.node.options;
    return {
      wanted: this.#wanted,
      replicas: this.#crew.views(this.#version),
      wave: waveSize(rollingUpdateFraction, this.#wanted),
      failures: this.#failures,
      maxFailures: maxStartFailures(maxConstructorRetries, numReplicas),
      everRan: this.#everRan,
      failedAt: this.#failedAt,
    };
  }

  #aim(target: DeploymentTarget<Code>, progress: Progress): void {
    this.#target = target;
    this.#wanted = target.node.options.numReplicas;
    this.#progress = progress;
    this.#environment.replicaSets.limit(this.key, target.node.options);
  }

  #replaceVersion(target: DeploymentTarget<Code>): void {
    // An update on top of one that never ran goes back to what ran before that one.
    if (this.#everRan) this.#before = { target, version: this.#version };
    this.#version += 1;
    this.#failures = 0;
    this.#everRan = false;
  }

  #reconfigure(before: DeploymentTarget<Code>): void {
    const target = this.#target;
    const work = this.#crew.reconfigure(target.node.options).catch(async (error: unknown) => {
      if (this.#target !== target) return;
      this.#aim(before, "rolled back");
      this.#lastError = error;
      // What took the settings before will take them again; if not, its health is the next to show it.
      await this.#crew.reconfigure(before.node.options).catch(() => {});
      this.#failure = error;
    });
    const ended = work.finally(() => {
      if (this.#reconfiguring === ended) this.#reconfiguring = undefined;
      this.#environment.dirty();
    });
    this.#reconfiguring = ended;
  }

  #failed(error: unknown, ranMs: number): void {
    if (ranMs > EARLY_DEATH_MS) this.#failures = 0;
    this.#lastError = error;
    this.#failures += 1;
    this.#failedAt = this.#environment.clock.now();
  }

  #giveUp(): void {
    this.#failure = this.#lastError;
    if (this.#before) this.#rollBack(this.#before);
    else {
      this.#progress = "gave up";
      const message = `${this.key}: the deployment failed to start and gave up; fix it and deploy again`;
      const failure = new ServeError("DEPLOY_FAILED", message, { cause: this.#lastError });
      this.#environment.replicaSets.fail(this.key, failure);
    }
    this.#environment.dirty();
  }

  #rollBack(before: { readonly target: DeploymentTarget<Code>; readonly version: number }): void {
    this.#before = undefined;
    this.#version = before.version;
    this.#failures = 0;
    this.#everRan = true;
    this.#aim(before.target, "rolled back");
  }
}

/** Same version, same place: only settings may differ. Without a version every update replaces the code. */
function needsRestart<Code>(
  before: DeploymentTarget<Code>,
  after: DeploymentTarget<Code>,
): boolean {
  const { version } = after.node.options;
  const same = version !== undefined && version === before.node.options.version;
  return !same || before.isolation !== after.isolation;
}
