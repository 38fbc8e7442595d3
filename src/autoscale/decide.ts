import { delay, type Wishes, wishedFor } from "./delay.ts";
import type { AutoscalingContext, Wish } from "./policy.ts";

/** Why a count is what it is. */
export type ScalingReason = "load" | "waiting call" | "panic" | "bounds" | "policy failed";

/** What one decision leaves for the next. Plain data. */
export interface ScalingState {
  readonly wishes: Wishes;
  /** Until when the newest load counts at once. */
  readonly panicUntil: number;
}

/** What one decision goes by, besides what its policy says. Plain data. */
export interface ScalingView {
  readonly context: AutoscalingContext;
  readonly wish: Wish;
  readonly state: ScalingState;
  /** Replicas there are, starting ones included, and how many more the host has room for. */
  readonly most: number;
  /** It goes by its load alone, so a load that is far too much says all. */
  readonly mayPanic: boolean;
}

export interface ScalingDecision {
  readonly count: number;
  readonly state: ScalingState;
  readonly reason: ScalingReason;
  /** What the policy wants, before delays and room; within the bounds. */
  readonly desired: number;
  /** So many of those are wanted now and have no room. */
  readonly unplaced: number;
  /** Milliseconds until a change that waits is due; Infinity where none does. */
  readonly dueInMs: number;
}

/** A load of this many times the target can't wait for a delay. */
const PANIC = 2;

/** Where a deployment begins with so many replicas. */
export function initialState(count: number, now: number): ScalingState {
  return { wishes: wishedFor(count, now), panicUntil: Number.NEGATIVE_INFINITY };
}

/** How many replicas a deployment should have from now on. */
export function decide(view: ScalingView): ScalingDecision {
  const { context, wish, state } = view;
  const { targetReplicas, minReplicas, maxReplicas, now, options } = context;
  const bounded = (count: number) => Math.min(Math.max(count, minReplicas), maxReplicas);
  const count = bounded(targetReplicas);
  const wanted = "desired" in wish ? wish.desired : targetReplicas;
  const desired = bounded(wanted);
  const settled = (to: number, reason: ScalingReason, panicUntil = state.panicUntil) => ({
    ...placed(to, Math.max(desired, to), view),
    reason,
    state: { wishes: wishedFor(to, now), panicUntil },
    dueInMs: Number.POSITIVE_INFINITY,
  });
  if ("problem" in wish) return settled(count, "policy failed");
  if (options.external) return settled(desired, "load");
  if (count !== targetReplicas) return settled(count, "bounds");
  if (count === 0 && context.queued > 0)
    return settled(bounded(Math.max(desired, Math.ceil(options.upscalingFactor))), "waiting call");
  const panicUntil = panicEnd(view);
  const urgent = bounded(Math.ceil(context.recent / options.targetOngoingRequests));
  if (now < panicUntil && urgent > count) return settled(urgent, "panic", panicUntil);
  const { wishes, dueInMs, ...delayed } = delay(desired, count, state.wishes, options, now);
  const placing = placed(bounded(delayed.count), desired, view);
  return { ...placing, state: { wishes, panicUntil }, reason: "load", dueInMs };
}

/** For as long as the load is averaged after it was far too much: the mean has not come up to it before that. */
function panicEnd({ context, state, mayPanic }: ScalingView): number {
  const { recent, targetReplicas, options, now } = context;
  const { targetOngoingRequests, lookBackMs } = options;
  const allowed = targetOngoingRequests * Math.max(1, targetReplicas);
  const panics = mayPanic && recent > PANIC * allowed;
  return panics ? now + lookBackMs : state.panicUntil;
}

/** What there is no room for is not in the count; the least number is promised all the same. */
function placed(count: number, desired: number, { most, context }: ScalingView) {
  const room = Math.max(most, context.minReplicas);
  return { count: Math.min(count, room), desired, unplaced: Math.max(0, desired - room) };
}
