import type { ScalingDecision } from "../autoscale/decide.ts";
import type { AutoscalingContext } from "../autoscale/policy.ts";

/** How a deployment is scaled. */
export interface AutoscalingStatus {
  /** Why it has as many replicas as it has. */
  readonly message: string;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly targetOngoingRequests: number;
  /** What its load calls for, before delays and room. */
  readonly desiredReplicas: number;
  /** Calls that wait or run, on average over `lookBackMs`. */
  readonly ongoing: number;
}

/** What came of the newest decision. */
export interface ScalingNews {
  readonly last: ScalingDecision | undefined;
  /** What is wrong with the policy. */
  readonly problem: string | undefined;
  /** What there is too little room for. */
  readonly shortage: string;
  /** Its application scales all its deployments together. */
  readonly together: boolean;
}

export function autoscalingStatus(
  context: AutoscalingContext,
  { last, problem, shortage, together }: ScalingNews,
): AutoscalingStatus {
  const { minReplicas, maxReplicas, targetReplicas, options, ongoing } = context;
  const { desired: desiredReplicas = targetReplicas, unplaced = 0 } = last ?? {};
  const room = unplaced > 0 ? `; no room for ${unplaced} more: ${shortage}` : "";
  const why =
    problem === undefined
      ? `${reason(context, desiredReplicas, together)}${room}`
      : `${problem}; its count stays`;
  return {
    message: `autoscaling: ${why}`,
    minReplicas,
    maxReplicas,
    targetOngoingRequests: options.targetOngoingRequests,
    desiredReplicas,
    ongoing,
  };
}

function reason(
  { options, ongoing, minReplicas, maxReplicas }: AutoscalingContext,
  desired: number,
  together: boolean,
): string {
  if (options.external) return `by another program, from ${minReplicas} to ${maxReplicas}`;
  const load = `${Math.round(ongoing * 10) / 10} calls on average of ${options.lookBackMs / 1000} s`;
  const rule = together
    ? "by its application's policy"
    : options.policy
      ? "by its own policy"
      : `for ${options.targetOngoingRequests} a replica`;
  const bound =
    desired === maxReplicas ? ", the most" : desired === minReplicas ? ", the least" : "";
  return `${load}, ${desired} wanted ${rule}${bound}`;
}
