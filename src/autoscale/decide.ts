import { delay, type Wishes, wishedFor } from "./delay.ts";
import type { AutoscalingContext, Wish } from "./policy.ts";

/** Why a count is what it is. */
export type ScalingReason = "load" | "waiting call" | "panic" | "bounds" | "policy failed";

/** What one decision goes by, besides what its policy says. Plain data. */
export interface ScalingView {
  readonly context: AutoscalingContext;
  readonly wish: Wish;
  /** What has been wanted so far. */
  readonly wishes: Wishes;
  /** Replicas there are, starting ones included, and how many more the host has room for. */
  readonly most: number;
}

export interface ScalingDecision {
  readonly count: number;
  readonly wishes: Wishes;
  readonly reason: ScalingReason;
  /** What the policy wants, before delays and room; within the bounds. */
  readonly desired: number;
  /** So many of those are wanted now and have no room. */
  readonly unplaced: number;
  /** Milliseconds until a change that waits is due; Infinity where none does. */
  readonly dueInMs: number;
}

/** Load over this many times the target can't wait for a delay. */
const PANIC = 2;

/** How many replicas a deployment should have from now on. */
export function decide(view: ScalingView): ScalingDecision {
  const { context, wish } = view;
  const { targetReplicas, minReplicas, maxReplicas, now, options } = context;
  const bounded = (count: number) => Math.min(Math.max(count, minReplicas), maxReplicas);
  const count = bounded(targetReplicas);
  const wanted = "desired" in wish ? wish.desired : targetReplicas;
  const desired = bounded(wanted);
  const settled = (to: number, reason: ScalingReason): ScalingDecision => ({
    ...placed(to, view),
    desired: Math.max(desired, to),
    reason,
    wishes: wishedFor(to, now),
    dueInMs: Number.POSITIVE_INFINITY,
  });
  if ("problem" in wish) return settled(count, "policy failed");
  if (options.external) return settled(desired, "load");
  if (count !== targetReplicas) return settled(count, "bounds");
  if (count === 0 && context.queued > 0)
    return settled(bounded(Math.max(desired, Math.ceil(options.upscalingFactor))), "waiting call");
  const urgent = options.policy ? 0 : bounded(inPanic(context));
  if (urgent > count) return settled(urgent, "panic");
  const delayed = delay(desired, count, view.wishes, options, now);
  return { ...delayed, ...placed(bounded(delayed.count), view), desired, reason: "load" };
}

/** What the newest load needs at once; 0 where it can wait. */
function inPanic({ recent, targetReplicas, options }: AutoscalingContext): number {
  const { targetOngoingRequests } = options;
  const over = recent > PANIC * targetOngoingRequests * Math.max(1, targetReplicas);
  return over ? Math.ceil(recent / targetOngoingRequests) : 0;
}

/** What there is no room for waits elsewhere than in the count; the least number is promised all the same. */
function placed(count: number, { most, context }: ScalingView) {
  const room = Math.max(most, context.minReplicas);
  return { count: Math.min(count, room), unplaced: Math.max(0, count - room) };
}
