import type { RolloutLimits, RolloutPlan } from "../rollout-plan.ts";

/** What the calls of the new version have come to since a step began. */
export interface RolloutStats {
  readonly requests: number;
  readonly errors: number;
  /** NaN while there are none. */
  readonly p99Ms: number;
}

export interface RolloutView {
  readonly plan: RolloutPlan;
  /** Index of the step under way. */
  readonly step: number;
  /** When the replicas of the step ran and its traffic flowed; undefined while they start. */
  readonly since: number | undefined;
  readonly stats: RolloutStats;
}

export interface RolloutDecision {
  readonly action: "hold" | "advance" | "finish" | "abort";
  /** Says why. */
  readonly reason: string;
  /** Milliseconds until it should be decided again; Infinity for not before something happens. */
  readonly wakeInMs: number;
}

const MIN_REQUESTS = 20;
/** How often the limits are checked while a step is held. */
export const LOOK_MS = 1_000;

export function rolloutStep(
  { plan, step, since, stats }: RolloutView,
  now: number,
): RolloutDecision {
  const { steps, holdMs, abortIf = {} } = plan;
  const label = `step ${step + 1} of ${steps.length} (${percent(steps[step] ?? 1)} of the traffic)`;
  const exceeded = limitExceeded(stats, abortIf);
  if (exceeded) return { action: "abort", reason: `${label}: ${exceeded}`, wakeInMs: 0 };
  const never = Number.POSITIVE_INFINITY;
  if (since === undefined) {
    return { action: "hold", reason: `${label}: its replicas start`, wakeInMs: never };
  }
  if (step === steps.length - 1) return { action: "finish", reason: label, wakeInMs: 0 };
  const left = since + holdMs - now;
  if (left <= 0)
    return { action: "advance", reason: `${label} was held ${holdMs} ms`, wakeInMs: 0 };
  const reason = `${label}: held for ${Math.ceil(left / 1000)} s more`;
  return { action: "hold", reason, wakeInMs: Math.min(left, LOOK_MS) };
}

function limitExceeded(
  { requests, errors, p99Ms }: RolloutStats,
  limits: RolloutLimits,
): string | undefined {
  const { errorRate = 1, p99Ms: longest = Number.POSITIVE_INFINITY } = limits;
  if (requests < (limits.minRequests ?? MIN_REQUESTS)) return undefined;
  if (errors / requests > errorRate) {
    return `${errors} of ${requests} calls failed (abortIf.errorRate ${errorRate})`;
  }
  if (p99Ms > longest) {
    return `the 99th percentile is ${Math.round(p99Ms)} ms (abortIf.p99Ms ${longest})`;
  }
  return undefined;
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
