import type { AutoscalingStatus } from "../controller/autoscaling-status.ts";
import type {
  ApplicationStatus,
  ApplicationStatusName,
  DeploymentStatus,
  DeploymentStatusName,
  ReplicaStatus,
} from "../controller/status.ts";
import { AUTOSCALING, CONTROLLER } from "./catalogue.ts";
import type { Definition } from "./definition.ts";
import type { MetricFamily, MetricsSnapshot, Series } from "./snapshot.ts";

const REPLICA_STATES: Readonly<Record<ReplicaStatus["state"], true>> = {
  STARTING: true,
  UPDATING: true,
  RUNNING: true,
  RECOVERING: true,
  STOPPING: true,
};
const DEPLOYMENT_STATUSES: Readonly<Record<DeploymentStatusName, true>> = {
  UPDATING: true,
  HEALTHY: true,
  UNHEALTHY: true,
  DEPLOY_FAILED: true,
  UPSCALING: true,
  DOWNSCALING: true,
};
const APPLICATION_STATUSES: Readonly<Record<ApplicationStatusName, true>> = {
  NOT_STARTED: true,
  DEPLOYING: true,
  RUNNING: true,
  DEPLOY_FAILED: true,
  UNHEALTHY: true,
  DELETING: true,
};

/** What statuses say, as gauges: of all that there could be, so that one that ends goes to 0 and does not vanish. */
export function statusMetrics(
  applications: Readonly<Record<string, ApplicationStatus>>,
): MetricsSnapshot {
  const apps = Object.entries(applications);
  const deployments = apps.flatMap(([application, { deployments: of }]) =>
    Object.entries(of).map(([deployment, found]) => ({
      labels: { application, deployment },
      found,
    })),
  );
  return [
    gauge(
      CONTROLLER.applicationStatus,
      apps.flatMap(([application, { status }]) =>
        states({ application }, "status", APPLICATION_STATUSES, (one) => Number(one === status)),
      ),
    ),
    gauge(
      CONTROLLER.deploymentStatus,
      deployments.flatMap(({ labels, found }) =>
        states(labels, "status", DEPLOYMENT_STATUSES, (one) => Number(one === found.status)),
      ),
    ),
    gauge(
      CONTROLLER.replicas,
      deployments.flatMap(({ labels, found: { replicas } }) =>
        states(
          labels,
          "state",
          REPLICA_STATES,
          (one) => replicas.filter(({ state }) => state === one).length,
        ),
      ),
    ),
    gauge(
      CONTROLLER.target,
      deployments.map(({ labels, found }) => ({
        labels,
        value: found.targetNumReplicas,
        counts: [],
      })),
    ),
    ...autoscaled(deployments),
  ];
}

interface Labelled {
  readonly labels: Series["labels"];
  readonly found: DeploymentStatus;
}

function autoscaled(deployments: readonly Labelled[]): MetricFamily[] {
  const family = (definition: Definition, worth: (status: AutoscalingStatus) => number) =>
    gauge(
      definition,
      deployments.flatMap(({ labels, found: { autoscaling } }) =>
        autoscaling ? [{ labels, value: worth(autoscaling), counts: [] }] : [],
      ),
    );
  return [
    family(AUTOSCALING.desired, ({ desiredReplicas }) => desiredReplicas),
    family(AUTOSCALING.ongoing, ({ ongoing }) => ongoing),
    family(AUTOSCALING.targetOngoing, ({ targetOngoingRequests }) => targetOngoingRequests),
  ];
}

/** A series for each state there could be. */
function states(
  labels: Series["labels"],
  label: string,
  known: Readonly<Record<string, true>>,
  worth: (state: string) => number,
): Series[] {
  return Object.keys(known).map((state) => ({
    labels: { ...labels, [label]: state },
    value: worth(state),
    counts: [],
  }));
}

function gauge(
  { type, name, help, unit, buckets, combine }: Definition,
  series: readonly Series[],
): MetricFamily {
  return { type, name, help, unit, buckets, combine, series };
}
