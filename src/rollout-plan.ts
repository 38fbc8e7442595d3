import * as z from "zod/mini";

/** How an update moves traffic to its new version, instead of replacing replicas as fast as they start. */
export interface RolloutPlan {
  /** Shares of the traffic, growing, each over 0; the last is 1. */
  readonly steps: readonly number[];
  /** How long each step but the last is held, from when its replicas run. */
  readonly holdMs: number;
  /** When to go back to the version before: looked at all the time, by the calls of the step. */
  readonly abortIf?: RolloutLimits;
}

export interface RolloutLimits {
  /** Part of the new version's calls that may fail, 0 to 1. */
  readonly errorRate?: number;
  /** Milliseconds that 99 % of its calls must not exceed, in a replica. */
  readonly p99Ms?: number;
  /** Calls of a step before its limits are looked at; 20 by default. */
  readonly minRequests?: number;
}

const STEPS = "must be growing shares over 0, the last of them 1, as in [0.01, 0.1, 0.5, 1]";
const ABOVE = "must be a number over 0";
const SHARE = "must be a number from 0 to 1";
const COUNT = "must be a whole number of at least 1";

const limits = z.strictObject(
  {
    errorRate: z.optional(
      z.number({ error: SHARE }).check(z.gte(0, { error: SHARE }), z.lte(1, { error: SHARE })),
    ),
    p99Ms: z.optional(z.number({ error: ABOVE }).check(z.positive({ error: ABOVE }))),
    minRequests: z.optional(z.int({ error: COUNT }).check(z.gte(1, { error: COUNT }))),
  },
  { error: "must be an object with errorRate, p99Ms, minRequests" },
);

/** The option `rollout`. */
export const ROLLOUT_PLAN = z.strictObject(
  {
    steps: z
      .array(z.number({ error: STEPS }), { error: STEPS })
      .check(z.refine(grows, { error: STEPS })),
    holdMs: z
      .number({ error: "must be a number of milliseconds" })
      .check(z.positive({ error: "must be a number of milliseconds over 0" })),
    abortIf: z.optional(limits),
  },
  { error: "must be an object with steps, holdMs and abortIf" },
);

function grows(steps: readonly number[]): boolean {
  const growing = steps.every((share, at) => share > (at === 0 ? 0 : (steps[at - 1] as number)));
  return growing && steps.at(-1) === 1;
}
