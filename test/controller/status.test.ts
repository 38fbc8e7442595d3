import { describe, expect, it } from "vitest";
import type { DeploymentView, ReplicaState } from "../../src/controller/reconcile.ts";
import {
  applicationStatus,
  type DeploymentStatusName,
  deploymentStatus,
} from "../../src/controller/status.ts";

const view = (states: ReplicaState[], patch: Partial<DeploymentView> = {}): DeploymentView => ({
  wanted: 1,
  replicas: states.map((state, index) => ({ replicaId: `r${index}`, index, state })),
  failures: 0,
  maxFailures: 3,
  everRan: false,
  failedAt: 0,
  ...patch,
});

describe("deploymentStatus", () => {
  it.each<[DeploymentStatusName, string, DeploymentView, boolean, unknown]>([
    ["HEALTHY", "1 of 1 replicas run", view(["RUNNING"]), false, undefined],
    ["UPDATING", "0 of 1 replicas run", view(["STARTING"]), false, undefined],
    ["UPDATING", "1 of 1 replicas run", view(["RUNNING", "STOPPING"]), false, undefined],
    [
      "UPDATING",
      "0 of 1 replicas run; last failure: no disk",
      view([], { failures: 1 }),
      false,
      new Error("no disk"),
    ],
    [
      "UNHEALTHY",
      "0 of 1 replicas run; last failure: it died",
      view([], { failures: 1, everRan: true }),
      false,
      new Error("it died"),
    ],
    [
      "DEPLOY_FAILED",
      "gave up after 3 failed starts; last failure: text",
      view([], { failures: 3 }),
      true,
      "text",
    ],
  ])("%s: %s", (status, message, given, gaveUp, lastError) => {
    expect(deploymentStatus(given, gaveUp, lastError)).toMatchObject({ status, message });
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
