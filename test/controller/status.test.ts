import { describe, expect, it } from "vitest";
import type { DeploymentView, ReplicaState } from "../../src/controller/reconcile.ts";
import {
  applicationStatus,
  type DeploymentStatusName,
  deploymentStatus,
  isWell,
  type Progress,
} from "../../src/controller/status.ts";

const view = (states: ReplicaState[], patch: Partial<DeploymentView> = {}): DeploymentView => ({
  wanted: 1,
  wave: 1,
  room: Number.POSITIVE_INFINITY,
  share: 1,
  replicas: states.map((state, index) => ({
    replicaId: `r${index}`,
    index,
    state,
    current: true,
    ongoing: 0,
  })),
  failures: 0,
  maxFailures: 3,
  everRan: false,
  failedAt: 0,
  ...patch,
});

const progress = (patch: Partial<Progress>): Progress => ({
  phase: "under way",
  change: "code",
  settled: false,
  reconfiguring: false,
  shortage: undefined,
  autoscaling: undefined,
  stopFirst: false,
  rollout: undefined,
  lastError: undefined,
  ...patch,
});

describe("deploymentStatus", () => {
  it.each<[DeploymentStatusName, string, DeploymentView, Progress["phase"], unknown]>([
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
      view([], {
        replicas: [{ replicaId: "r0", index: 0, state: "RUNNING", current: false, ongoing: 0 }],
      }),
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
  ])("%s: %s", (status, message, given, phase, lastError) => {
    expect(deploymentStatus(given, progress({ phase, lastError }))).toMatchObject({
      status,
      message,
    });
  });

  it.each<[DeploymentStatusName, string, DeploymentView, Partial<Progress>]>([
    [
      "UPSCALING",
      "1 of 2 replicas run",
      view(["RUNNING", "STARTING"], { wanted: 2 }),
      { change: "scale" },
    ],
    ["DOWNSCALING", "1 of 1 replicas run", view(["RUNNING", "STOPPING"]), { change: "scale" }],
    ["UNHEALTHY", "0 of 1 replicas run", view(["STARTING"]), { settled: true }],
    ["UPDATING", "its settings change", view(["UPDATING"]), { reconfiguring: true }],
    [
      "UPDATING",
      "0 of 1 replicas run; waiting for 1 gpus, 0.5 free",
      view([]),
      { shortage: "waiting for 1 gpus, 0.5 free" },
    ],
    [
      "UPDATING",
      "0 of 1 replicas are of the new version; old replicas stop before new ones start, for there is no room for both; waiting for 1 gpus, 0 free",
      view([], {
        replicas: [{ replicaId: "r0", index: 0, state: "STOPPING", current: false, ongoing: 0 }],
      }),
      { stopFirst: true, shortage: "waiting for 1 gpus, 0 free" },
    ],
  ])("%s: %s", (status, message, given, patch) => {
    expect(deploymentStatus(given, progress(patch))).toMatchObject({ status, message });
  });

  it.each(["under way", "rolled back"] as const)("scales itself when it is %s", (phase) => {
    const starting = view(["RUNNING", "STARTING"], { wanted: 2 });
    const autoscaling = "autoscaling: 4 calls, 2 wanted";
    const scaled = deploymentStatus(
      starting,
      progress({ change: "autoscale", phase, autoscaling }),
    );
    expect(scaled).toMatchObject({ status: "UPSCALING", scalesItself: true });
    expect(scaled.message).toContain("1 of 2 replicas run; autoscaling: 4 calls, 2 wanted");
    expect(isWell(scaled)).toBe(true);
    const app = applicationStatus({ Model: scaled }, { deleting: false, note: undefined });
    expect(app.status).toBe("RUNNING");
    const byHand = deploymentStatus(starting, progress({ change: "scale" }));
    expect(isWell(byHand)).toBe(false);
  });
});

describe("applicationStatus", () => {
  const of = (...names: DeploymentStatusName[]) =>
    Object.fromEntries(
      names.map((status, index) => {
        return [`d${index}`, { status, message: "why" }];
      }),
    );

  it.each([
    ["RUNNING", of("HEALTHY", "HEALTHY"), false, "all deployments are healthy"],
    ["DEPLOYING", of("HEALTHY", "UPDATING"), false, "d1: why"],
    ["UNHEALTHY", of("UPDATING", "UNHEALTHY"), false, "d1: why"],
    ["DEPLOY_FAILED", of("UNHEALTHY", "DEPLOY_FAILED"), false, "d1: why"],
    ["DELETING", of("DEPLOY_FAILED"), true, "draining its replicas"],
  ])("%s is the worst", (status, deployments, deleting, message) => {
    expect(applicationStatus(deployments, { deleting, note: undefined })).toEqual({
      status,
      message,
    });
  });
});
