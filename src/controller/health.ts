import type { Vitals } from "../replica/protocol.ts";

/** How a health check goes. */
export interface CheckView {
  readonly outcome: "passed" | "failed" | "silent";
  /** How long it has been out. */
  readonly outMs: number;
  /** Failed checks in a row before this one. */
  readonly strikes: number;
  /** For how long the event loop has been blocked with calls under way; 0 when it is not. */
  readonly blockedMs: number;
}

export interface HealthLimits {
  readonly healthCheckPeriodMs: number;
  readonly healthCheckTimeoutMs: number;
  readonly requestTimeoutMs?: number | undefined;
}

/** `wait`: nothing is known yet. `replace`: let it finish its calls. `terminate`: it will never finish them. */
export type Verdict = "wait" | "healthy" | "strike" | "replace" | "terminate";

/** Failed checks in a row after which a replica is replaced; Ray Serve's number. */
export const MAX_STRIKES = 3;

/** How long past its deadline a call may block its replica. */
export const BLOCKED_GRACE_MS = 5_000;

/**
 * Busy is not dead: while calls block the event loop the check can't be answered, so the replica is judged by the
 * age of those calls.
 */
export function judge(
  { outcome, outMs, strikes, blockedMs }: CheckView,
  { healthCheckTimeoutMs, requestTimeoutMs = Number.POSITIVE_INFINITY }: HealthLimits,
): Verdict {
  if (outcome === "passed") return "healthy";
  if (outcome === "silent") {
    if (blockedMs > requestTimeoutMs + BLOCKED_GRACE_MS) return "terminate";
    if (blockedMs > 0 || outMs < healthCheckTimeoutMs) return "wait";
  }
  return strikes + 1 >= MAX_STRIKES ? "replace" : "strike";
}

/** An event loop this busy while none of its calls starts or ends is blocked by one. */
const BLOCKED_UTILIZATION = 0.95;

/** Is the event loop blocked by a call, as two readings show? */
export function blocked(before: Vitals, after: Vitals): boolean {
  const progress = after.turns !== before.turns;
  return after.ongoing > 0 && !progress && after.utilization >= BLOCKED_UTILIZATION;
}

/** ±10 %, as in Ray Serve: replicas that started together should not be checked together. */
export function jittered(periodMs: number, random: number): number {
  return periodMs * (0.9 + 0.2 * random);
}
