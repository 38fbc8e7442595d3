import type { AutoscalingStats } from "../autoscale/policy.ts";
import type { ResolvedOptions } from "../options.ts";

/** What an autoscaler sees of its deployment. */
export interface ScaledDeployment {
  readonly options: ResolvedOptions;
  /** Percent of the replicas that should run; undefined for all. */
  readonly targetCapacity: number | undefined;
  /** Replicas that take calls. */
  readonly running: number;
  /** Replicas there are, starting ones included, and how many more the host has room for. */
  readonly most: number;
  /** Replicas that the cores of the host are for; Infinity where it has not told them. */
  readonly fitting: number;
  /** What there is too little room for, in words. */
  readonly shortage: string;
  readonly stats: Readonly<Record<string, AutoscalingStats>>;
  /** The class tells more than its calls do. */
  readonly hasStats: boolean;
}
