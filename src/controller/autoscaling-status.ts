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

/** @param shortage what there is too little room for */
export function autoscalingMessage(
  context: AutoscalingContext,
  last: ScalingDecision | undefined,
  problem: string | undefined,
  shortage: string,
): Pick<AutoscalingStatus, "message"> {
  const { minReplicas, maxReplicas, targetReplicas, options, ongoing } = context;
  if (problem !== undefined) return { message: `autoscaling: ${problem}; its count stays` };
  if (options.external) return { message: `autoscaling: by another program, ${range(context)}` };
  const load = `${Math.round(ongoing * 10) / 10} calls on average of ${options.lookBackMs / 1000} s`;
  const rule = options.policy
    ? "by its own policy"
    : `for ${options.targetOngoingRequests} a replica`;
  const { desired = targetReplicas, unplaced = 0 } = last ?? {};
  const bound =
    desired === maxReplicas ? ", the most" : desired === minReplicas ? ", the least" : "";
  const room = unplaced > 0 ? `; no room for ${unplaced} more: ${shortage}` : "";
  return { message: `autoscaling: ${load}, ${desired} wanted ${rule}${bound}${room}` };
}

function range({ minReplicas, maxReplicas }: AutoscalingContext): string {
  return `from ${minReplicas} to ${maxReplicas}`;
}
