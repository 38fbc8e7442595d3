import { describe, expect, it } from "vitest";
import type { DeploymentView, ReplicaState } from "../../src/controller/reconcile.ts";
import {
  applicationStatus,
  type DeploymentStatusName,
  deploymentStatus,
  type Progress,
} from "../../src/controller/status.ts";

const view = (states: ReplicaState[], patch: Partial<DeploymentView> = {}): DeploymentView => ({
  wanted: 1,
  wave: 1,
  replicas: states.map((state, index) => ({
    replicaId: `r${index}`,
    index,
    state,
    current: true,
  })),
  failures: 0,
  maxFailures: 3,
  everRan: false,
  failedAt: 0,
  ...patch,
});

describe("deploymentStatus", () => {
  it.each<[DeploymentStatusName, string, DeploymentView, Progress, unknown]>([
    ["HEALTHY", "1 of 1 replicas run", view(["RUNNING"]), "under way", undefined],
    ["UPDATING", "0 of 1 replicas run", view(["STARTING"]), "under way", undefined],
    ["UPDATING", "1 of 1 replicas run", view(["RUNNING", "STOPPING"]), "under way", undefined],
    [
      "UPDATING",
      "0 of 1 replicas run; last failure: no disk",
      view([], { failures: 1 }),
      "under way",
      new Error("no disk"),
    ],
    [
      "UNHEALTHY",
      "0 of 1 replicas run; last failure: it died",
      view([], { failures: 1, everRan: true }),
      "under way",
      new Error("it died"),
    ],
    [
      "UPDATING",
      "0 of 1 replicas are of the new version",
      view([], { replicas: [{ replicaId: "r0", index: 0, state: "RUNNING", current: false }] }),
      "under way",
      undefined,
    ],
    [
      "HEALTHY",
      "rolled back to the version before; 1 of 1 replicas run; last failure: no disk",
      view(["RUNNING"]),
      "rolled back",
      new Error("no disk"),
    ],
    [
      "DEPLOY_FAILED",
      "gave up after 3 failed starts; last failure: text",
      view([], { failures: 3 }),
      "gave up",
      "text",
    ],
  ])("%s: %s", (status, message, given, progress, lastError) => {
    expect(deploymentStatus(given, progress, lastError)).toMatchObject({ status, message });
  });
});

describe("applicationStatus", () => {
  const of = (...names: DeploymentStatusName[]) =>
    Object.fromEntries(
      names.map((status, index) => {
        const base = { message: "why", targetNumReplicas: 1, replicas: [] };
        return [`d${index}`, { status, ...base }];
      }),
    );

  it.each([
    ["RUNNING", of("HEALTHY", "HEALTHY"), false, "all deployments are healthy"],
    ["DEPLOYING", of("HEALTHY", "UPDATING"), false, "d1: why"],
    ["UNHEALTHY", of("UPDATING", "UNHEALTHY"), false, "d1: why"],
    ["DEPLOY_FAILED", of("UNHEALTHY", "DEPLOY_FAILED"), false, "d1: why"],
    ["DELETING", of("DEPLOY_FAILED"), true, "draining its replicas"],
  ])("%s is the worst", (status, deployments, deleting, message) => {
    expect(applicationStatus(deployments, deleting)).toEqual({ status, message });
  });
});
