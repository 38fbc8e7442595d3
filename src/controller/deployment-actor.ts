import { initialCount } from "../autoscale/autoscaling-options.ts";
import { ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import type { ReplicaConnection } from "../platform.ts";
import { amounts, lacking } from "../resources.ts";
import type { ApplicationScaling } from "./application-scaling.ts";
import { type Aim, type DeploymentTarget, needsRestart } from "./deployment-target.ts";
import { PublishedLimits } from "./published-limits.ts";
import {
  type DeploymentView,
  maxStartFailures,
  reconcile,
  serves,
  shares,
  waveSize,
} from "./reconcile.ts";
import { ReplicaCount } from "./replica-count.ts";
import { type CrewEnvironment, ReplicaCrew } from "./replica-crew.ts";
import { RolloutProgress } from "./rollout-progress.ts";
import { type DeploymentStatus, deploymentStatus, type Progress } from "./status.ts";

export interface ActorEnvironment<Code, C extends ReplicaConnection>
  extends CrewEnvironment<Code, C> {
  /** Something happened that wants a decision. */
  readonly dirty: () => void;
  /** Percent of the replicas that should run. */
  readonly targetCapacity: () => number | undefined;
  /** Scales it together with the other deployments of its application. */
  readonly together: ApplicationScaling;
}

/** A death this soon after the start counts as a failed start: a crash loop must back off. */
const EARLY_DEATH_MS = 5_000;

/** Decides for one deployment, by `reconcile`, what its crew of replicas is to do; keeps what that goes by. */
export class DeploymentActor<Code, C extends ReplicaConnection> {
  readonly key: DeploymentKey;
  readonly #environment: ActorEnvironment<Code, C>;
  readonly #crew: ReplicaCrew<Code, C>;
  readonly #count: ReplicaCount;
  readonly #limits: PublishedLimits;
  #aim: Aim<Code>;
  #lastVersion = 1;
  #deleted = false;
  /** How long its replicas may drain once it is deleted. */
  #graceMs = 0;
  #phase: Progress["phase"] = "under way";
  #change: Progress["change"] = "code";
  #settled = false;
  #noRoom = false;
  #stopFirst = false;
  #rollout: RolloutProgress | undefined;
  #failure: unknown;
  #reconfiguring: Promise<unknown> | undefined;
  /** Failures of the wanted version in a row, since it was last changed. */
  #failures = 0;
  #failedAt = 0;
  #lastError: unknown;
  /** Has the wanted version ever run? */
  #everRan = false;
  #shown: { readonly status: DeploymentStatus["status"]; readonly since: number };

  constructor(target: DeploymentTarget<Code>, environment: ActorEnvironment<Code, C>) {
    this.key = `${target.application}/${target.node.name}`;
    this.#aim = { target, version: 1 };
    this.#environment = environment;
    this.#shown = { status: "UPDATING", since: Math.floor(environment.clock.now()) };
    this.#crew = new ReplicaCrew(this.key, environment, {
      started: (version) => {
        if (version === this.#aim.version) this.#everRan = true;
      },
      failed: (version, error, ranMs) => {
        if (version === this.#aim.version) this.#failed(error, ranMs);
      },
      changed: environment.dirty,
    });
    this.#count = new ReplicaCount(this.key, () => this.target, this.#crew, environment);
    this.#limits = new PublishedLimits(
      this.key,
      environment.replicaSets,
      () => this.target.node.options,
    );
    this.#limits.open();
    this.#crew.recover(this.#aim.version, () => this.target);
  }

  get target(): DeploymentTarget<Code> {
    return this.#aim.target;
  }

  get aim(): Aim<Code> {
    return this.#aim;
  }

  get judgement(): ReturnType<typeof deploymentStatus> {
    return this.#judge(this.#view);
  }

  get status(): DeploymentStatus {
    const view = this.#view;
    const judged = this.#judge(view);
    const autoscaling = this.#count.status;
    return {
      ...judged,
      since: this.#shown.since,
      targetNumReplicas: view.wanted,
      ...(autoscaling && { autoscaling }),
      replicas: this.#crew.statuses,
      deadReplicas: this.#crew.dead,
    };
  }

  /** Why the newest change failed, or fails so far. */
  get failure(): unknown {
    return this.#failure ?? this.#lastError;
  }

  /** @param wayBack there is something to go back to: what ran once and then keeps failing has failed, too */
  failed(wayBack: boolean): boolean {
    if (this.#failure !== undefined) return true;
    const { failures, maxFailures } = this.#view;
    return wayBack && failures >= maxFailures;
  }

  /** Changes what should run: settings on the replicas that run; another version replaces them. */
  update(target: DeploymentTarget<Code>): void {
    const { target: before, version } = this.#aim;
    this.#change = "code";
    if (needsRestart(before, target)) {
      this.#lastVersion += 1;
      this.#pursue({ target, version: this.#lastVersion });
      this.#everRan = false;
      this.#rollOut();
    } else {
      if (initialCount(before.node.options) !== initialCount(target.node.options)) {
        this.#change = "scale";
      }
      this.#pursue({ target, version });
      this.#reconfigure();
    }
  }

  /** Goes back to an earlier aim, since an update failed. */
  rollBack(aim: Aim<Code>): void {
    const lastError = this.#lastError;
    this.#pursue(aim);
    this.#phase = "rolled back";
    this.#lastError = lastError;
    this.#everRan = true;
    // What took the settings before will take them again; if not, its health is the next to show it.
    this.#reconfigure();
  }

  /** The share of the replicas that should run has changed. */
  rescale(): void {
    this.#change = "scale";
    this.#settled = false;
    this.#environment.dirty();
  }

  /** Decides and acts once. Returns the milliseconds until it wants to again. */
  act(): number {
    const wakeInMs = this.#phase === "gave up" ? this.#abandon() : this.#decide();
    // Notes when the status changes, whether somebody asks for it or not.
    this.#judge(this.#view);
    return wakeInMs;
  }

  #decide(): number {
    const { clock, dirty, ledger } = this.#environment;
    const countWakeInMs = this.#deleted ? Number.POSITIVE_INFINITY : this.#recount();
    const rolloutWakeInMs = this.#moveTraffic();
    const decision = reconcile(this.#view, clock.now());
    const { gracefulShutdownTimeoutMs } = this.target.node.options;
    const graceMs = this.#deleted ? this.#graceMs : gracefulShutdownTimeoutMs;
    for (const replicaId of decision.stop) this.#crew.stop(replicaId, graceMs);
    for (const index of decision.start) {
      this.#crew.start(index, this.#aim.version, () => this.target);
    }
    this.#noRoom = decision.noRoom;
    if (decision.noRoom) {
      if (decision.stop.length > 0) this.#stopFirst = true;
      ledger.whenFreed(dirty);
    }
    if (decision.giveUp) this.#giveUp();
    return Math.min(decision.wakeInMs, rolloutWakeInMs, countWakeInMs);
  }

  /** Returns the milliseconds until the count wants to be decided on again. */
  #recount(): number {
    const before = this.#count.wanted;
    const wakeInMs = this.#count.act();
    if (this.#count.wanted === before || !this.#settled) return wakeInMs;
    this.#change = "autoscale";
    this.#settled = false;
    return wakeInMs;
  }

  /** A version that comes while another one serves gets its traffic step by step, where that is asked for. */
  #rollOut(): void {
    const { rollout } = this.target.node.options;
    const { version } = this.#aim;
    const old = this.#crew.views(version).some((replica) => !replica.current && serves(replica));
    if (!rollout || !old) return;
    this.#rollout = new RolloutProgress(rollout, {
      clock: this.#environment.clock,
      counts: () => this.#crew.callCounts(version),
      changed: this.#environment.dirty,
    });
  }

  /** Returns the milliseconds until the rollout wants to be looked at again. */
  #moveTraffic(): number {
    const rollout = this.#rollout;
    if (!rollout) return Number.POSITIVE_INFINITY;
    const view = this.#view;
    const current = view.replicas.filter((replica) => replica.current && serves(replica));
    const { action, reason, wakeInMs } = rollout.decide(current.length >= shares(view).wantedNew);
    if (action === "abort") {
      this.#lastError = new ServeError(
        "DEPLOY_FAILED",
        `${this.key}: the rollout was aborted: ${reason}`,
      );
      this.#giveUp();
    }
    if (action === "abort" || action === "finish") this.#rollout = undefined;
    const replicaIds = current.map(({ replicaId }) => replicaId);
    this.#limits.divide(this.#rollout && { replicaIds, share: this.#rollout.share });
    return wakeInMs;
  }

  /** Drains all replicas, each for so long at most; resolves when the last one is gone. */
  async delete(graceMs: number): Promise<void> {
    this.#deleted = true;
    this.#graceMs = graceMs;
    this.#phase = "under way";
    this.#count.end();
    const gone = new ServeError("NOT_FOUND", `${this.key}: the deployment was deleted`);
    this.#environment.replicaSets.fail(this.key, gone);
    this.act();
    await this.#crew.stopped;
  }

  #judge(view: DeploymentView): ReturnType<typeof deploymentStatus> {
    const judged = deploymentStatus(view, this.#progress);
    if (judged.status === "HEALTHY") this.#settled = true;
    if (judged.status !== this.#shown.status) {
      this.#shown = { status: judged.status, since: Math.floor(this.#environment.clock.now()) };
    }
    return judged;
  }

  get #wanted(): number {
    return this.#deleted ? 0 : this.#count.wanted;
  }

  get #view(): DeploymentView {
    const { maxConstructorRetries, rollingUpdateFraction, resources } = this.target.node.options;
    return {
      wanted: this.#wanted,
      replicas: this.#crew.views(this.#aim.version),
      wave: waveSize(rollingUpdateFraction, this.#wanted),
      failures: this.#failures,
      // What it went back to has run before, and there is nothing else to go back to.
      maxFailures:
        this.#phase === "rolled back"
          ? Number.POSITIVE_INFINITY
          : maxStartFailures(maxConstructorRetries, Math.max(1, this.#wanted)),
      everRan: this.#everRan,
      failedAt: this.#failedAt,
      share: this.#rollout?.share ?? 1,
      room: this.#environment.ledger.room(amounts(resources)),
    };
  }

  get #progress(): Progress {
    const { free } = this.#environment.ledger;
    const needs = amounts(this.target.node.options.resources);
    return {
      phase: this.#phase,
      change: this.#change,
      autoscaling: this.#count.status?.message,
      settled: this.#settled,
      reconfiguring: this.#reconfiguring !== undefined,
      shortage: this.#noRoom ? `waiting for ${lacking(needs, free)}` : undefined,
      stopFirst: this.#stopFirst,
      rollout: this.#rollout?.reason,
      lastError: this.#lastError,
    };
  }

  #pursue(aim: Aim<Code>): void {
    this.#aim = aim;
    this.#rollout = undefined;
    this.#limits.forgetDivision();
    if (this.#phase === "gave up" || this.#deleted) this.#limits.open();
    else this.#limits.update();
    this.#deleted = false;
    this.#phase = "under way";
    this.#settled = false;
    this.#stopFirst = false;
    this.#failure = undefined;
    this.#lastError = undefined;
    this.#failures = 0;
    this.#environment.dirty();
  }

  #reconfigure(): void {
    const aim = this.#aim;
    const work = this.#crew.reconfigure(aim.version, aim.target).catch((error: unknown) => {
      if (this.#aim !== aim) return;
      this.#lastError = error;
      this.#failure = error;
    });
    const ended = work.finally(() => {
      if (this.#reconfiguring === ended) this.#reconfiguring = undefined;
      this.#environment.dirty();
    });
    this.#reconfiguring = ended;
  }

  #failed(error: unknown, ranMs: number): void {
    // While an update is under way a new version that falls sick late counts as much as one that does not start.
    const updating = this.#crew.views(this.#aim.version).some(({ current }) => !current);
    if (ranMs > EARLY_DEATH_MS && !updating) this.#failures = 0;
    this.#lastError = error;
    this.#failures += 1;
    this.#failedAt = this.#environment.clock.now();
  }

  #giveUp(): void {
    this.#failure = this.#lastError;
    this.#phase = "gave up";
    this.#abandon();
    this.#environment.dirty();
  }

  /** What still serves may go on; once nothing does, calls would wait for ever. */
  #abandon(): number {
    if (!this.#crew.views(this.#aim.version).some(serves)) {
      const message = `${this.key}: the deployment failed to start and gave up; fix it and deploy again`;
      const failure = new ServeError("DEPLOY_FAILED", message, { cause: this.#lastError });
      this.#environment.replicaSets.fail(this.key, failure);
    }
    return Number.POSITIVE_INFINITY;
  }
}
