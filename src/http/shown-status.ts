import type { ApplicationStatus, DeploymentStatus } from "../controller/status.ts";

/** What HTTP shows of applications: all but the stacks of users' errors, which stay with `serve.status()`. */
export function shownStatuses(applications: Readonly<Record<string, ApplicationStatus>>) {
  const shown = Object.entries(applications).map(([name, status]) => {
    const deployments = Object.entries(status.deployments).map(
      ([deployment, one]) => [deployment, withoutStacks(one)] as const,
    );
    return [name, { ...status, deployments: Object.fromEntries(deployments) }] as const;
  });
  return Object.fromEntries(shown);
}

function withoutStacks(status: DeploymentStatus) {
  const deadReplicas = status.deadReplicas.map(({ stack: _stack, ...dead }) => dead);
  return { ...status, deadReplicas };
}
