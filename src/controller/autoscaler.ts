import { resolveAutoscaling } from "../autoscale/autoscaling-options.ts";
import { byOngoingCalls } from "../autoscale/by-ongoing-calls.ts";
import { decide, initialState, type ScalingDecision } from "../autoscale/decide.ts";
import type { DeploymentLoad } from "../autoscale/load-table.ts";
import { LoadWindow } from "../autoscale/load-window.ts";
import { type AutoscalingContext, wishOf } from "../autoscale/policy.ts";
import type { Clock } from "../clock.ts";
import type { DeploymentKey } from "../handle.ts";
import type { AutoscalerMetrics } from "../telemetry/autoscaler-metrics.ts";
import type { Logger } from "../telemetry/logger.ts";
import { calleeOf } from "../telemetry/router-metrics.ts";
import type { ApplicationScaling } from "./application-scaling.ts";
import { type AutoscalingStatus, autoscalingStatus } from "./autoscaling-status.ts";
import { capacityShare } from "./reconcile.ts";
import type { ScaledDeployment } from "./scaled-deployment.ts";

export interface AutoscalerEnvironment {
  readonly clock: Clock;
  readonly load: DeploymentLoad;
  /** Scales all deployments of the application together, where it has a policy for that. */
  readonly together: ApplicationScaling;
  readonly metrics: AutoscalerMetrics | undefined;
  readonly log: Logger;
  /** It should be asked again. */
  readonly dirty: () => void;
}

const LOOKS_PER_WINDOW = 40;
const LONGEST_LOOK_MS = 250;
const STATS_PER_WINDOW = 10;
/** A look that is so late does not come: on Cloudflare timers end with their request. */
const LOST_MS = 1_000;

/**
 * Keeps the count of one deployment's replicas: looks at its load while that changes, and then has `decide` say what to
 * do. Without load, and with nothing to wait for, it does nothing until the first call tells.
 */
export class Autoscaler {
  readonly #key: DeploymentKey;
  readonly #environment: AutoscalerEnvironment;
  readonly #window = new LoadWindow();
  readonly #leave: () => void;
  #deployment: ScaledDeployment;
  #count: number;
  #last: ScalingDecision | undefined;
  #problem: string | undefined;
  #resting = false;
  /** When it wanted to be asked again. */
  #lookAt: number;
  #lastUpscaleAt: number | undefined;
  #lastDownscaleAt: number | undefined;

  /** @param count with how many it begins */
  constructor(
    key: DeploymentKey,
    deployment: ScaledDeployment,
    count: number,
    environment: AutoscalerEnvironment,
  ) {
    this.#key = key;
    this.#deployment = deployment;
    this.#count = count;
    this.#environment = environment;
    this.#lookAt = environment.clock.now();
    const { load, clock, together, dirty } = environment;
    load.listener = this.#hear;
    const context = () => this.#context(clock.now());
    this.#leave = together.join(calleeOf(key)[1], { context, ask: dirty });
    this.#look(clock.now());
  }

  get count(): number {
    return this.#count;
  }

  get status(): AutoscalingStatus {
    const context = this.#context(this.#environment.clock.now());
    const together = this.#environment.together.policy !== undefined;
    const { shortage } = this.#deployment;
    return autoscalingStatus(context, {
      last: this.#last,
      problem: this.#problem,
      shortage,
      together,
    });
  }

  /** Decides on the count. Returns the milliseconds until it wants to again. */
  act(deployment: ScaledDeployment): number {
    const { clock, metrics } = this.#environment;
    const now = clock.now();
    const before = this.#deployment.options.autoscaling;
    this.#deployment = deployment;
    this.#look(now);
    const { external, initialReplicas } = deployment.options.autoscaling ?? {};
    const told = external && initialReplicas !== before?.initialReplicas;
    const context = this.#context(now);
    const wish = told ? { desired: initialReplicas ?? this.#count } : this.#wish(context);
    this.#problem = "problem" in wish ? this.#tell(wish.problem) : undefined;
    const { most } = deployment;
    const state = this.#last?.state ?? initialState(this.#count, now);
    const mayPanic = !this.#hasPolicy;
    const decision = decide({ context, wish, state, most, mayPanic });
    metrics?.decided(this.#count, decision);
    if (decision.count > this.#count) this.#lastUpscaleAt = now;
    if (decision.count < this.#count) this.#lastDownscaleAt = now;
    this.#count = decision.count;
    this.#last = decision;
    const nextMs = this.#nextLookMs(context, decision);
    this.#lookAt = now + nextMs;
    return nextMs;
  }

  end(): void {
    const { load } = this.#environment;
    if (load.listener === this.#hear) load.listener = () => {};
    this.#leave();
  }

  readonly #hear = (held: boolean): void => {
    const { clock, dirty } = this.#environment;
    if (held || this.#resting || clock.now() > this.#lookAt + LOST_MS) dirty();
  };

  #look(now: number): void {
    const { lookBackMs } = this.#options;
    this.#window.add(now, this.#environment.load.read(now).area, lookBackMs);
  }

  #wish(context: AutoscalingContext) {
    const { policy, external } = context.options;
    if (external) return { desired: context.targetReplicas };
    const shared = this.#environment.together.wish(context);
    return shared ?? wishOf(policy ?? byOngoingCalls, context);
  }

  /** A load that stays as it is needs no looks, once the means have come to it. */
  #nextLookMs(context: AutoscalingContext, { dueInMs }: ScalingDecision): number {
    const { options, queued, running, ongoing } = context;
    const { lookBackMs } = options;
    const lookMs = Math.min(lookBackMs / LOOKS_PER_WINDOW, LONGEST_LOOK_MS);
    this.#resting = Math.abs(ongoing - queued - running) < 1e-6;
    if (!this.#resting) return lookMs;
    // A policy may go by the time of day, or by what replicas tell; a caller may vanish without a word.
    const asks = this.#hasPolicy || queued + running > 0;
    const askMs = this.#deployment.hasStats ? lookBackMs / STATS_PER_WINDOW : lookBackMs;
    const toldMs = this.#environment.together.askAgainMs(context.now);
    return Math.min(dueInMs, toldMs, asks ? askMs : dueInMs);
  }

  /** Its own, or its application's. */
  get #hasPolicy(): boolean {
    return (this.#options.policy ?? this.#environment.together.policy) !== undefined;
  }

  get #options() {
    const { options, fitting } = this.#deployment;
    return resolveAutoscaling(options.autoscaling ?? {}, fitting);
  }

  #context(now: number): AutoscalingContext {
    const { targetCapacity, running: runningReplicas, stats } = this.#deployment;
    const options = this.#options;
    const { queued, running } = this.#environment.load.read(now);
    const [application, deployment] = calleeOf(this.#key);
    return {
      application,
      deployment,
      now,
      ongoing: this.#window.mean(options.lookBackMs),
      recent: this.#window.mean(options.lookBackMs / 10),
      queued,
      running,
      targetReplicas: this.#count,
      runningReplicas,
      minReplicas: capacityShare(options.minReplicas, targetCapacity),
      maxReplicas: capacityShare(options.maxReplicas, targetCapacity),
      options,
      stats,
      lastUpscaleAt: this.#lastUpscaleAt,
      lastDownscaleAt: this.#lastDownscaleAt,
    };
  }

  /** Logs what is wrong with a policy once, until it is right or wrong in another way. */
  #tell(problem: string): string {
    if (problem !== this.#problem) {
      this.#environment.metrics?.policyFailures.inc();
      const { log } = this.#environment;
      log.error(`${this.#key}: autoscaling: ${problem}; its count stays as it is`);
    }
    return problem;
  }
}
