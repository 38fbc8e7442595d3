import type { Vitals } from "../replica/protocol.ts";

/** How a health check goes. */
export interface CheckView {
  readonly outcome: "passed" | "failed" | "silent";
  /** How long it has been out. */
  readonly outMs: number;
  /** Failed checks in a row before this one. */
  readonly strikes: number;
  readonly loop: Loop;
  /** For how long it has been blocked; 0 when it is not. */
  readonly blockedMs: number;
}

/**
 * How the event loop of a replica does. `busy`: calls leave it no time for anything else, but they come to their ends.
 * `blocked`: one of them does not.
 */
export type Loop = "free" | "busy" | "blocked";

export interface HealthLimits {
  readonly healthCheckPeriodMs: number;
  readonly healthCheckTimeoutMs: number;
  readonly requestTimeoutMs?: number | undefined;
  readonly terminateAfterCancelMs?: number | undefined;
}

/** `wait`: nothing is known yet. `replace`: let it finish its calls. `terminate`: it will never finish them. */
export type Verdict = "wait" | "healthy" | "strike" | "replace" | "terminate";

/** Failed checks in a row after which a replica is replaced; Ray Serve's number. */
export const MAX_STRIKES = 3;

/** How long past its deadline a call may block its replica, where `terminateAfterCancelMs` does not say. */
export const BLOCKED_GRACE_MS = 5_000;

/**
 * Busy is not dead: while calls take all of the event loop the check can't be answered, so the replica is judged by
 * how they get on: it is lost when one blocks the loop past its deadline.
 */
export function judge(
  { outcome, outMs, strikes, loop, blockedMs }: CheckView,
  {
    healthCheckTimeoutMs,
    requestTimeoutMs = Number.POSITIVE_INFINITY,
    terminateAfterCancelMs = BLOCKED_GRACE_MS,
  }: HealthLimits,
): Verdict {
  if (outcome === "passed") return "healthy";
  if (outcome === "silent") {
    if (blockedMs > requestTimeoutMs + terminateAfterCancelMs) return "terminate";
    if (loop !== "free" || outMs < healthCheckTimeoutMs) return "wait";
  }
  return strikes + 1 >= MAX_STRIKES ? "replace" : "strike";
}

/** An event loop that is busier than this has no time to answer a check. */
const FULL_UTILIZATION = 0.95;

/** How an event loop did between two readings. */
export function loopBetween(before: Vitals, after: Vitals): Loop {
  if (after.ongoing === 0 || after.utilization < FULL_UTILIZATION) return "free";
  return after.turns === before.turns ? "blocked" : "busy";
}

/** Unanswered checks are looked at this often. */
const LOOK_MS = 1_000;

/** Milliseconds until an unanswered check is looked at again: when its time is over, and not seldom before and after. */
export function nextLookMs(outMs: number, { healthCheckTimeoutMs }: HealthLimits): number {
  const left = healthCheckTimeoutMs - outMs;
  return left > 0 ? Math.min(left, LOOK_MS) : LOOK_MS;
}

/** ±10 %, as in Ray Serve: replicas that started together should not be checked together. */
export function jittered(periodMs: number, random: number): number {
  return periodMs * (0.9 + 0.2 * random);
}
