import { describe, expect, it } from "vitest";
import type { ApplicationStatus } from "../../src/controller/status.ts";
import { statusMetrics } from "../../src/telemetry/status-metrics.ts";

const application: ApplicationStatus = {
  status: "DEPLOYING",
  message: "",
  since: 0,
  routePrefix: "/",
  ingress: "Model",
  splits: {},
  deployments: {
    Model: {
      status: "UPSCALING",
      message: "",
      since: 0,
      targetNumReplicas: 3,
      replicas: [
        { replicaId: "a", state: "RUNNING", since: 0 },
        { replicaId: "b", state: "RUNNING", since: 0 },
        { replicaId: "c", state: "STARTING", since: 0 },
      ],
      deadReplicas: [],
    },
  },
};

const shown = (applications: Readonly<Record<string, ApplicationStatus>>) =>
  statusMetrics(applications).flatMap(({ name, series }) =>
    series.map(({ labels, value }) => [name, Object.values(labels).join(), value] as const),
  );

describe("statusMetrics", () => {
  it("has a series for each state there could be, and counts in those there are", () => {
    const all = shown({ app: application });
    expect(all.filter(([, , value]) => value > 0)).toEqual([
      ["isoserve_application_status", "app,DEPLOYING", 1],
      ["isoserve_deployment_status", "app,Model,UPSCALING", 1],
      ["isoserve_replicas", "app,Model,STARTING", 1],
      ["isoserve_replicas", "app,Model,RUNNING", 2],
      ["isoserve_target_replicas", "app,Model", 3],
    ]);
    expect(all).toContainEqual(["isoserve_replicas", "app,Model,STOPPING", 0]);
    expect(all).toContainEqual(["isoserve_application_status", "app,RUNNING", 0]);
    expect(all).toHaveLength(6 + 6 + 5 + 1);
  });

  it("has none where nothing is deployed", () => {
    expect(shown({})).toEqual([]);
  });
});
