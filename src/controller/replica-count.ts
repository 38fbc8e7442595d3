import { initialCount, resolveAutoscaling } from "../autoscale/autoscaling-options.ts";
import type { Clock } from "../clock.ts";
import type { DeploymentKey } from "../handle.ts";
import type { ReplicaConnection } from "../platform.ts";
import { amounts, lacking } from "../resources.ts";
import { hasHook } from "../target.ts";
import type { HostMetrics } from "../telemetry/host-metrics.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { ApplicationScaling } from "./application-scaling.ts";
import { Autoscaler } from "./autoscaler.ts";
import type { AutoscalingStatus } from "./autoscaling-status.ts";
import type { DeploymentTarget } from "./deployment-target.ts";
import { capacityShare, type ReplicaView, serves } from "./reconcile.ts";
import type { ReplicaSets } from "./replica-sets.ts";
import type { ResourceLedger } from "./resource-ledger.ts";
import type { ScaledDeployment } from "./scaled-deployment.ts";
import { StatsWatch } from "./stats-watch.ts";

export interface CountEnvironment {
  readonly clock: Clock;
  readonly replicaSets: Pick<ReplicaSets<never>, "loads">;
  readonly ledger: ResourceLedger;
  readonly metrics: HostMetrics | undefined;
  readonly log: Logger;
  /** Scales the deployments of the application together. */
  readonly together: ApplicationScaling;
  /** Percent of the replicas that should run. */
  readonly targetCapacity: () => number | undefined;
  /** Something happened that wants a decision. */
  readonly dirty: () => void;
}

/** The replicas that a count is for. */
interface Crew {
  readonly serving: readonly ReplicaConnection[];
  views(): readonly ReplicaView[];
}

/** How many replicas a deployment should have: the number in its options, or what its autoscaler says. */
export class ReplicaCount {
  readonly #key: DeploymentKey;
  readonly #environment: CountEnvironment;
  readonly #target: () => DeploymentTarget<unknown>;
  readonly #crew: Crew;
  readonly #stats: StatsWatch;
  #autoscaler: Autoscaler | undefined;

  constructor(
    key: DeploymentKey,
    target: () => DeploymentTarget<unknown>,
    crew: Crew,
    environment: CountEnvironment,
  ) {
    this.#key = key;
    this.#target = target;
    this.#crew = crew;
    this.#environment = environment;
    this.#stats = new StatsWatch(key, environment.clock, environment.log, environment.dirty);
  }

  get wanted(): number {
    if (this.#autoscaler) return this.#autoscaler.count;
    return capacityShare(initialCount(this.#options), this.#environment.targetCapacity());
  }

  /** Undefined where it is a number. */
  get status(): AutoscalingStatus | undefined {
    return this.#autoscaler?.status;
  }

  /** Decides. Returns the milliseconds until it wants to again. */
  act(): number {
    const { autoscaling } = this.#options;
    if (!autoscaling) {
      this.end();
      return Number.POSITIVE_INFINITY;
    }
    const deployment = this.#deployment;
    this.#autoscaler ??= this.#start(deployment);
    if (deployment.hasStats) this.#stats.poll(this.#crew.serving, resolveAutoscaling(autoscaling));
    return this.#autoscaler.act(deployment);
  }

  end(): void {
    this.#autoscaler?.end();
    this.#autoscaler = undefined;
  }

  /** It goes on with what runs: what an update left there, or a controller before this one. */
  #start(deployment: ScaledDeployment): Autoscaler {
    const { clock, replicaSets, metrics, log, together, dirty } = this.#environment;
    const there = this.#crew.views().filter(({ state }) => state !== "STOPPING").length;
    return new Autoscaler(this.#key, deployment, there || this.wanted, {
      clock,
      log,
      together,
      dirty,
      load: replicaSets.loads.of(this.#key),
      metrics: metrics?.autoscaler(this.#key),
    });
  }

  get #deployment(): ScaledDeployment {
    const { ledger, targetCapacity, together } = this.#environment;
    const options = this.#options;
    const views = this.#crew.views();
    const needs = amounts(options.resources);
    const alive = views.filter(({ state }) => state !== "STOPPING").length;
    const cores = ledger.capacity["cpus"] ?? Number.POSITIVE_INFINITY;
    const asked = options.autoscaling?.policy ?? together.policy;
    return {
      options,
      targetCapacity: targetCapacity(),
      running: views.filter(serves).length,
      most: alive + ledger.room(needs),
      // As in Ray Serve, one each where it does not say.
      fitting: cores / (options.resources.cpus ?? 1),
      shortage: lacking(needs, ledger.free),
      stats: this.#stats.stats,
      hasStats: asked !== undefined && hasHook(this.#target().node.target, "autoscalingStats"),
    };
  }

  get #options() {
    return this.#target().node.options;
  }
}
