import type { Clock } from "../clock.ts";
import type { RolloutPlan } from "../rollout-plan.ts";
import { LOOK_MS, type RolloutDecision, type RolloutStats, rolloutStep } from "./rollout.ts";
import { type CallCounts, statsSince } from "./rollout-stats.ts";

const NONE: RolloutStats = { requests: 0, errors: 0, p99Ms: Number.NaN };

/** What a rollout asks of the deployment it is of. */
export interface RolloutEnvironment {
  readonly clock: Clock;
  /** What the calls of the new version have come to. */
  counts(): Promise<CallCounts>;
  /** There are new numbers to decide by. */
  changed(): void;
}

/** A rollout under way: its step, and what the calls of that step have come to. */
export class RolloutProgress {
  readonly #plan: RolloutPlan;
  readonly #environment: RolloutEnvironment;
  #step = 0;
  #since: number | undefined;
  #before: CallCounts | undefined;
  #stats = NONE;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #reason = "";

  constructor(plan: RolloutPlan, environment: RolloutEnvironment) {
    this.#plan = plan;
    this.#environment = environment;
  }

  /** The share of the traffic, and of the replicas, that the new version has now. */
  get share(): number {
    return this.#plan.steps[this.#step] ?? 1;
  }

  /** Where it is, and why. */
  get reason(): string {
    return this.#reason;
  }

  /** @param ready the replicas of the step run */
  decide(ready: boolean): RolloutDecision {
    const { clock } = this.#environment;
    if (ready && this.#since === undefined) this.#since = clock.now();
    const view = { plan: this.#plan, step: this.#step, since: this.#since, stats: this.#stats };
    const decision = rolloutStep(view, clock.now());
    this.#reason = decision.reason;
    if (decision.action === "advance") this.#advance();
    if (decision.action === "hold" && this.#since !== undefined) void this.#look();
    return decision;
  }

  #advance(): void {
    this.#step += 1;
    this.#since = undefined;
    this.#before = undefined;
    this.#stats = NONE;
    this.#lookedAt = Number.NEGATIVE_INFINITY;
  }

  /** Reads the numbers; the first time of a step they are what it counts from. */
  async #look(): Promise<void> {
    const { clock } = this.#environment;
    if (clock.now() < this.#lookedAt + LOOK_MS) return;
    this.#lookedAt = clock.now();
    const step = this.#step;
    const now = await this.#environment.counts();
    if (step !== this.#step) return;
    const first = this.#before === undefined;
    this.#before ??= now;
    this.#stats = statsSince(this.#before, now);
    if (!first) this.#environment.changed();
  }
}
