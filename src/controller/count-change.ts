import { resolveAutoscaling } from "../autoscale/autoscaling-options.ts";
import { ServeError } from "../errors.ts";
import type { DeploymentOptions, ResolvedOptions } from "../options.ts";

/** Another count of replicas for a deployment. */
export interface CountChange {
  /** The options that say so. */
  readonly change: Pick<DeploymentOptions, "numReplicas" | "autoscaling">;
  /** Carries it out. */
  readonly apply: () => void;
}

/**
 * What of a deployment's options gives it another count of replicas.
 *
 * @throws ServeError `INVALID_OPTION` where its own autoscaling counts, or its bounds do not allow that count
 */
export function countChange(
  key: string,
  { autoscaling }: ResolvedOptions,
  numReplicas: number,
): CountChange["change"] {
  if (!autoscaling) return { numReplicas };
  if (!autoscaling.external) {
    throw refused(
      `${key}: it is scaled by its load; change its option autoscaling, or give it autoscaling: { external: true } to be scaled from outside`,
    );
  }
  const { minReplicas, maxReplicas } = resolveAutoscaling(autoscaling);
  const fits = Number.isInteger(numReplicas) && minReplicas <= numReplicas;
  if (fits && numReplicas <= maxReplicas) return { autoscaling: { initialReplicas: numReplicas } };
  throw refused(
    `${key}: numReplicas must be a whole number from ${minReplicas} to ${maxReplicas}, as its option autoscaling says, got ${numReplicas}`,
  );
}

function refused(message: string): ServeError {
  return new ServeError("INVALID_OPTION", message);
}
