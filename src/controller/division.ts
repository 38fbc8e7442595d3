import type { ApplicationGraph, NamedArm, NamedSplit } from "../application-graph.ts";
import { ServeError } from "../errors.ts";
import type { Traffic } from "../router/directory.ts";
import { checkTrafficPlan, type TrafficPlan } from "../traffic-plan.ts";

/** A split with other shares. What a plan does not name gets nothing; without `shadow` the shadows stay as they are. */
export function withPlan(split: NamedSplit, { weights, shadow }: TrafficPlan): NamedSplit {
  const shared = (arms: readonly NamedArm[], shares: Readonly<Record<string, number>>) =>
    arms.map((arm) => ({ ...arm, weight: shares[arm.name] ?? 0 }));
  const shadows = shadow ? shared(split.shadows, shadow) : split.shadows;
  return { ...split, arms: shared(split.arms, weights), shadows };
}

/**
 * The graph with the splits divided as a configuration says.
 *
 * @throws ServeError `INVALID_OPTION` for an unknown split or a bad plan
 */
export function withTraffic(
  graph: ApplicationGraph,
  traffic: Readonly<Record<string, TrafficPlan>>,
): ApplicationGraph {
  const names = graph.splits.map(({ name }) => name);
  const unknown = Object.keys(traffic).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const has = names.length > 0 ? `it has ${names.join(", ")}` : "it has none";
    throw new ServeError("INVALID_OPTION", `the application has no split ${unknown}; ${has}`);
  }
  const splits = graph.splits.map((split) => {
    const plan = traffic[split.name];
    if (!plan) return split;
    checkTrafficPlan(`split ${split.name}`, plan, armsOf(split));
    return withPlan(split, plan);
  });
  return { ...graph, splits };
}

/** The names that a plan may name. */
export function armsOf({ arms, shadows }: NamedSplit) {
  return { arms: arms.map(({ name }) => name), shadows: shadows.map(({ name }) => name) };
}

/** What the plan of a split is now. */
export function planOf({ arms, shadows }: NamedSplit): TrafficPlan {
  const shares = (given: readonly NamedArm[]) =>
    Object.fromEntries(given.map(({ name, weight }) => [name, weight]));
  return { weights: shares(arms), ...(shadows.length > 0 && { shadow: shares(shadows) }) };
}

/** The same as routers go by it. */
export function trafficOf(application: string, { arms, shadows }: NamedSplit): Traffic {
  const addressed = (given: readonly NamedArm[]) =>
    given.map(({ name, weight, to }) => ({ name, weight, key: `${application}/${to}` }));
  return { arms: addressed(arms), shadows: addressed(shadows) };
}
