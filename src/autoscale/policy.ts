import { messageOf } from "../errors.ts";
import type { ResolvedAutoscaling } from "./autoscaling-options.ts";

/** Numbers that a replica's `autoscalingStats()` gave. */
export type AutoscalingStats = Readonly<Record<string, number>>;

/** What a decision about the count of one deployment's replicas goes by. */
export interface AutoscalingContext {
  readonly application: string;
  readonly deployment: string;
  /** Clock time, ms. */
  readonly now: number;
  /** Calls that wait or run, on average over `lookBackMs`. */
  readonly ongoing: number;
  /** The same over the last tenth of that. */
  readonly recent: number;
  /** Calls that wait for a replica now. */
  readonly queued: number;
  /** Calls that run now. */
  readonly running: number;
  /** Replicas that should run. */
  readonly targetReplicas: number;
  /** Replicas that take calls. */
  readonly runningReplicas: number;
  /** The bounds, with `targetCapacity` taken into account. */
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** The option `autoscaling`, with its defaults. */
  readonly options: ResolvedAutoscaling;
  /** What `autoscalingStats()` of each replica gave last, by its id; empty for a class without it. */
  readonly stats: Readonly<Record<string, AutoscalingStats>>;
  /** Clock times of the last changes of the count; undefined before the first. */
  readonly lastUpscaleAt: number | undefined;
  readonly lastDownscaleAt: number | undefined;
}

/**
 * Says how many replicas a deployment should have: fractions are rounded up. Delays, bounds and the host's room apply
 * to the answer as to isoserve's own. It should be quick, for the host waits; where it throws or gives no number the
 * count stays as it is.
 */
export type AutoscalingPolicy = (context: AutoscalingContext) => number;

/** The same for all autoscaled deployments of an application. One that the answer leaves out keeps its count. */
export type ApplicationAutoscalingPolicy = (
  contexts: Readonly<Record<string, AutoscalingContext>>,
) => Readonly<Record<string, number>>;

/** What a policy wants, or why it can't be told. */
export type Wish = { readonly desired: number } | { readonly problem: string };

const EPSILON = 1e-9;

export function wishOf(policy: AutoscalingPolicy, context: AutoscalingContext): Wish {
  try {
    return checkedWish(policy(context));
  } catch (error) {
    return { problem: `the policy threw: ${messageOf(error)}` };
  }
}

export function checkedWish(desired: unknown): Wish {
  if (typeof desired === "number" && desired >= 0) return { desired: Math.ceil(desired - EPSILON) };
  const got = desired instanceof Promise ? "a promise" : String(desired);
  return { problem: `the policy must return a number of at least 0, got ${got}` };
}
