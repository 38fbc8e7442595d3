import { messageOf } from "../errors.ts";
import type { TrafficPlan } from "../traffic-plan.ts";
import type { AutoscalingStatus } from "./autoscaling-status.ts";
import { type DeploymentView, type ReplicaState, serves } from "./reconcile.ts";

export type DeploymentStatusName =
  | "UPDATING"
  | "HEALTHY"
  | "UNHEALTHY"
  | "DEPLOY_FAILED"
  | "UPSCALING"
  | "DOWNSCALING";

export type ApplicationStatusName =
  | "NOT_STARTED"
  | "DEPLOYING"
  | "RUNNING"
  | "DEPLOY_FAILED"
  | "UNHEALTHY"
  | "DELETING";

export interface ReplicaStatus {
  readonly replicaId: string;
  readonly state: ReplicaState;
  /** When it came to this state, ms since the epoch. */
  readonly since: number;
}

/** A replica that failed to start, died, or was replaced because it was sick. */
export interface DeadReplica {
  readonly replicaId: string;
  /** When, ms since the epoch. */
  readonly diedAt: number;
  readonly reason: string;
  /** Of the user's error. */
  readonly stack: string | undefined;
}

export interface DeploymentStatus {
  readonly status: DeploymentStatusName;
  /** Says why. */
  readonly message: string;
  /** When it came to this status, ms since the epoch. */
  readonly since: number;
  readonly targetNumReplicas: number;
  /** How it is scaled; absent where it has a number of replicas. */
  readonly autoscaling?: AutoscalingStatus;
  /** Set while only its autoscaling brings it from one count to another. */
  readonly scalesItself?: true;
  readonly replicas: readonly ReplicaStatus[];
  /** The last ten, the newest first. */
  readonly deadReplicas: readonly DeadReplica[];
}

export interface ApplicationStatus {
  readonly status: ApplicationStatusName;
  readonly message: string;
  /** When it came to this status, ms since the epoch. */
  readonly since: number;
  /** Why the newest update failed, whether it was rolled back or not; absent where it did not. */
  readonly updateFailure?: string;
  readonly routePrefix: string;
  readonly ingress: string;
  readonly deployments: Readonly<Record<string, DeploymentStatus>>;
  /** How its splits divide their calls. */
  readonly splits: Readonly<Record<string, TrafficPlan>>;
}

/** How the newest change of a deployment goes, and what kind of change it is. */
export interface Progress {
  readonly phase: "under way" | "gave up" | "rolled back";
  readonly change: "code" | "scale" | "autoscale";
  /** Why an autoscaled deployment has the count that it has. */
  readonly autoscaling: string | undefined;
  /** Has it been healthy since the change? What is missing then has died. */
  readonly settled: boolean;
  /** Settings are being changed on its replicas. */
  readonly reconfiguring: boolean;
  /** What there is no room for. */
  readonly shortage: string | undefined;
  /** Old replicas stop before new ones start, for want of room. */
  readonly stopFirst: boolean;
  /** Where a rollout is; undefined where none is under way. */
  readonly rollout: string | undefined;
  /** The newest failure of a replica. */
  readonly lastError: unknown;
}

interface Judgement<Name> {
  readonly status: Name;
  readonly message: string;
}

export interface DeploymentJudgement extends Judgement<DeploymentStatusName> {
  /** Set while only its autoscaling brings it from one count to another. */
  readonly scalesItself?: true;
}

export function deploymentStatus(view: DeploymentView, progress: Progress): DeploymentJudgement {
  const { status, message } = judge(view, progress);
  const scaling = status === "UPSCALING" || status === "DOWNSCALING";
  const { autoscaling, change } = progress;
  return {
    status,
    message: autoscaling === undefined ? message : `${message}; ${autoscaling}`,
    ...(scaling && change === "autoscale" && { scalesItself: true }),
  };
}

/** Nothing about it is wrong or wanted otherwise. */
export function isWell({ status, scalesItself }: DeploymentJudgement): boolean {
  return status === "HEALTHY" || scalesItself === true;
}

function judge(view: DeploymentView, progress: Progress): Judgement<DeploymentStatusName> {
  const { phase, settled, lastError, shortage } = progress;
  const running = view.replicas.filter(serves).length;
  const old = view.replicas.filter(({ current }) => !current).length;
  const complete = old === 0 && running === view.wanted && view.replicas.length === running;
  const sick = settled || (view.failures > 0 && view.everRan);
  const because = lastError === undefined ? "" : `; last failure: ${messageOf(lastError)}`;
  const count = `${running} of ${view.wanted} replicas run${shortage ? `; ${shortage}` : ""}`;
  if (phase === "gave up") {
    const message = `gave up after ${view.failures} failed starts${because}`;
    return { status: "DEPLOY_FAILED", message };
  }
  if (phase === "rolled back") {
    const scales = progress.change === "autoscale" && view.failures === 0;
    const otherwise = scales ? unsettled(view, running, progress) : sick ? "UNHEALTHY" : "UPDATING";
    const status = complete ? "HEALTHY" : otherwise;
    return { status, message: `rolled back to the version before; ${count}${because}` };
  }
  if (old > 0) {
    const stopFirst = progress.stopFirst
      ? "; old replicas stop before new ones start, for there is no room for both"
      : "";
    const taken = view.replicas.filter((replica) => replica.current && serves(replica)).length;
    const news = `${taken} of ${view.wanted} replicas are of the new version`;
    const short = shortage ? `; ${shortage}` : "";
    const step = progress.rollout ? `${progress.rollout}; ` : "";
    return { status: "UPDATING", message: `${step}${news}${stopFirst}${short}${because}` };
  }
  if (complete && progress.reconfiguring) {
    return { status: "UPDATING", message: "its settings change" };
  }
  if (complete) return { status: "HEALTHY", message: count };
  if (view.failures > 0 && view.everRan) {
    return { status: "UNHEALTHY", message: `${count}${because}` };
  }
  return { status: unsettled(view, running, progress), message: `${count}${because}` };
}

function unsettled(
  view: DeploymentView,
  running: number,
  { change, settled }: Progress,
): DeploymentStatusName {
  if (change === "code") return settled ? "UNHEALTHY" : "UPDATING";
  const leaving = view.replicas.some(({ state }) => state === "STOPPING");
  if (running < view.wanted) return settled ? "UNHEALTHY" : "UPSCALING";
  return leaving || running > view.wanted ? "DOWNSCALING" : "UPSCALING";
}

/** The worst of its deployments. */
export function applicationStatus(
  deployments: Readonly<Record<string, DeploymentJudgement>>,
  { deleting, note }: { readonly deleting: boolean; readonly note: string | undefined },
): Judgement<ApplicationStatusName> {
  if (deleting) return { status: "DELETING", message: "draining its replicas" };
  const ranks = [
    ["DEPLOY_FAILED", "DEPLOY_FAILED"],
    ["UNHEALTHY", "UNHEALTHY"],
    ["UPDATING", "DEPLOYING"],
    ["UPSCALING", "DEPLOYING"],
    ["DOWNSCALING", "DEPLOYING"],
  ] as const;
  const before = note ? `${note}; ` : "";
  for (const [worst, status] of ranks) {
    const found = Object.entries(deployments).find(
      ([, one]) => one.status === worst && !one.scalesItself,
    );
    if (found) return { status, message: `${before}${found[0]}: ${found[1].message}` };
  }
  return { status: "RUNNING", message: `${before}all deployments are healthy` };
}
