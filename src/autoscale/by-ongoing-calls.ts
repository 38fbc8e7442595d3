import type { AutoscalingContext } from "./policy.ts";

const EPSILON = 1e-9;

/**
 * The policy of a deployment that has none of its own: Ray Serve's rule
 * (https://docs.ray.io/en/latest/serve/autoscaling-guide.html), as many replicas as give each
 * `targetOngoingRequests`, each step multiplied by a factor.
 */
export function byOngoingCalls({ ongoing, runningReplicas, options }: AutoscalingContext): number {
  const enough = ongoing / options.targetOngoingRequests;
  const step = enough - runningReplicas;
  // From nothing there is nothing that a factor could multiply.
  if (runningReplicas === 0) return Math.ceil(enough - EPSILON);
  const factor = step > 0 ? options.upscalingFactor : options.downscalingFactor;
  const wanted = Math.max(0, Math.ceil(runningReplicas + factor * step - EPSILON));
  // A small factor must not stop it short of where it goes.
  const stuck = wanted === runningReplicas && Math.ceil(enough - EPSILON) < runningReplicas;
  return stuck ? wanted - 1 : wanted;
}
