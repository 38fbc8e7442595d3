import * as z from "zod/mini";
import { ServeError } from "./errors.ts";

/** How the calls of a split are divided. */
export interface TrafficPlan {
  /** The share of each arm: together 1. An arm that is not named gets nothing. */
  readonly weights: Readonly<Record<string, number>>;
  /** The share of the calls that each shadow gets a copy of, 0 to 1. One that is not named gets nothing. */
  readonly shadow?: Readonly<Record<string, number>>;
}

const share = z
  .number({ error: "must be a number from 0 to 1" })
  .check(
    z.gte(0, { error: "must be a number from 0 to 1" }),
    z.lte(1, { error: "must be a number from 0 to 1" }),
  );

/** `traffic` in a configuration, and what `serve.setTraffic` takes. */
export const TRAFFIC_PLAN = z.strictObject(
  {
    weights: z
      .record(z.string(), share, { error: "must be an object of shares by arm" })
      .check(z.refine(sumsToOne, { error: "must add up to 1" })),
    shadow: z.optional(
      z.record(z.string(), share, { error: "must be an object of shares by shadow" }),
    ),
  },
  { error: "must be an object with weights" },
);

/**
 * Checks a plan for a split.
 *
 * @param where starts the message
 * @throws ServeError `INVALID_OPTION` naming every bad field
 */
export function checkTrafficPlan(
  where: string,
  plan: unknown,
  split: { readonly arms: readonly string[]; readonly shadows: readonly string[] },
): asserts plan is TrafficPlan {
  const issues = TRAFFIC_PLAN.safeParse(plan).error?.issues ?? [];
  const problems = issues.map(
    ({ path, message }) => `${["traffic", ...path].join(".")} ${message}`,
  );
  if (problems.length === 0) {
    const { weights, shadow = {} } = plan as TrafficPlan;
    problems.push(
      ...unknown("weights", weights, split.arms, "arm"),
      ...unknown("shadow", shadow, split.shadows, "shadow"),
    );
  }
  if (problems.length === 0) return;
  throw new ServeError("INVALID_OPTION", `${where}: ${problems.join("; ")}`);
}

function unknown(
  field: string,
  shares: Readonly<Record<string, number>>,
  known: readonly string[],
  what: string,
): string[] {
  const list = known.length > 0 ? `it has ${known.join(", ")}` : "it has none";
  return Object.keys(shares)
    .filter((name) => !known.includes(name))
    .map((name) => `traffic.${field}.${name} is no ${what} of the split; ${list}`);
}

/** Shares such as 0.1 three times and 0.7 are 1 as well. */
function sumsToOne(weights: Readonly<Record<string, number>>): boolean {
  const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
  return Math.abs(sum - 1) < 1e-6;
}
