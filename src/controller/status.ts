import { messageOf } from "../errors.ts";
import type { DeploymentView, ReplicaState } from "./reconcile.ts";

export type DeploymentStatusName = "UPDATING" | "HEALTHY" | "UNHEALTHY" | "DEPLOY_FAILED";
export type ApplicationStatusName =
  | "DEPLOYING"
  | "RUNNING"
  | "DEPLOY_FAILED"
  | "UNHEALTHY"
  | "DELETING";

export interface DeploymentStatus {
  readonly status: DeploymentStatusName;
  /** Says why. */
  readonly message: string;
  readonly targetNumReplicas: number;
  readonly replicas: readonly { readonly replicaId: string; readonly state: ReplicaState }[];
}

export interface ApplicationStatus {
  readonly status: ApplicationStatusName;
  readonly message: string;
  readonly routePrefix: string;
  readonly ingress: string;
  readonly deployments: Readonly<Record<string, DeploymentStatus>>;
}

/** How the newest change of a deployment goes. */
export type Progress = "under way" | "gave up" | "rolled back";

/** @param lastError the newest failure of a replica */
export function deploymentStatus(
  view: DeploymentView,
  progress: Progress,
  lastError: unknown,
): DeploymentStatus {
  const running = view.replicas.filter(({ state }) => state === "RUNNING").length;
  const replicas = view.replicas.map(({ replicaId, state }) => ({ replicaId, state }));
  const base = { targetNumReplicas: view.wanted, replicas };
  const count = `${running} of ${view.wanted} replicas run`;
  const because = lastError === undefined ? "" : `; last failure: ${messageOf(lastError)}`;
  if (progress === "gave up") {
    const message = `gave up after ${view.failures} failed starts${because}`;
    return { status: "DEPLOY_FAILED", message, ...base };
  }
  const settled = running === view.wanted && view.replicas.length === running;
  const old = view.replicas.filter(({ current }) => !current).length;
  if (progress === "rolled back") {
    const message = `rolled back to the version before; ${count}${because}`;
    return { status: settled && old === 0 ? "HEALTHY" : "UPDATING", message, ...base };
  }
  if (old > 0) {
    const message = `${view.replicas.length - old} of ${view.wanted} replicas are of the new version${because}`;
    return { status: "UPDATING", message, ...base };
  }
  if (settled) return { status: "HEALTHY", message: count, ...base };
  const status = view.everRan && view.failures > 0 ? "UNHEALTHY" : "UPDATING";
  return { status, message: `${count}${because}`, ...base };
}

/** The worst of its deployments. */
export function applicationStatus(
  deployments: Readonly<Record<string, DeploymentStatus>>,
  deleting: boolean,
): { readonly status: ApplicationStatusName; readonly message: string } {
  if (deleting) return { status: "DELETING", message: "draining its replicas" };
  const ranks = [
    ["DEPLOY_FAILED", "DEPLOY_FAILED"],
    ["UNHEALTHY", "UNHEALTHY"],
    ["UPDATING", "DEPLOYING"],
  ] as const;
  for (const [worst, status] of ranks) {
    const found = Object.entries(deployments).find(([, one]) => one.status === worst);
    if (found) return { status, message: `${found[0]}: ${found[1].message}` };
  }
  return { status: "RUNNING", message: "all deployments are healthy" };
}
