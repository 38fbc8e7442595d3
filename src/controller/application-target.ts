import type { NamedSplit } from "../application-graph.ts";
import type { ApplicationAutoscalingPolicy } from "../autoscale/policy.ts";
import type { DeploymentTarget } from "./deployment-target.ts";

/** What should run of one application. */
export interface ApplicationTarget<Code> {
  readonly routePrefix: string;
  /** The name of its ingress deployment. */
  readonly ingress: string;
  /** Callees before callers. */
  readonly deployments: readonly DeploymentTarget<Code>[];
  readonly splits: readonly NamedSplit[];
  readonly autoscalingPolicy: ApplicationAutoscalingPolicy | undefined;
}
