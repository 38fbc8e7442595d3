import { expect } from "vitest";
import type { ApplicationStatus } from "../../src/controller/status.ts";
import type { ReplicaSetChange } from "../../src/router/directory.ts";
import { REFUSED } from "./simulated-replica.ts";
import type { Simulation } from "./simulation.ts";

const REASONS = /does not start|no such setting|did not (start|end)|died|feels sick|blocks/;

/**
 * Checks one application long after the last fault: all is as it should be, or it is told why not.
 *
 * @param undoable all its deployments were healthy at a time, so there is something to go back to
 * @returns false when it may still change: it waits for resources, or for a first version that came up in part
 */
export function checkEnd(
  simulation: Simulation,
  name: string,
  status: ApplicationStatus,
  undoable: boolean,
): boolean {
  const application = simulation.controller.get(name);
  if (!application) throw new Error(`${name} is not there`);
  if (status.message.includes("waiting for")) return false;
  if (undoable) expect(application.outcome).not.toBe("under way");
  const { deployments } = application.target;
  const ails = deployments.some(
    ({ code, node }) => code?.ailment !== "none" || node.options.userConfig === REFUSED,
  );
  if (status.status === "RUNNING") {
    if (!ails) checkReplicas(simulation, name, status);
    return true;
  }
  expect(status.message).toMatch(REASONS);
  if (status.status === "DEPLOY_FAILED") {
    for (const [deployment, its] of Object.entries(status.deployments)) {
      if (its.status === "DEPLOY_FAILED") checkAnswers(simulation, `${name}/${deployment}`);
    }
    return true;
  }
  // Only what is wrong for good is still wrong.
  expect([status.message, ails]).toEqual([status.message, true]);
  expect(status.status).toBe("UNHEALTHY");
  return application.outcome !== "under way";
}

/** What serves is what lives, all of it of the version and with the settings that are wanted. */
function checkReplicas(simulation: Simulation, name: string, status: ApplicationStatus): void {
  const { controller, alive } = simulation;
  const target = controller.get(name)?.target.deployments ?? [];
  expect(Object.keys(status.deployments)).toEqual(target.map(({ node }) => node.name));
  for (const { node, code } of target) {
    const there = alive.filter(
      ({ spec }) => spec.application === name && spec.deployment === node.name,
    );
    const ids = there.map(({ replicaId }) => replicaId);
    expect(serving(simulation, `${name}/${node.name}`).sort()).toEqual(ids.sort());
    expect(there).toHaveLength(status.deployments[node.name]?.targetNumReplicas ?? -1);
    const { userConfig } = node.options;
    for (const replica of there) {
      expect([replica.code.name, replica.settings.userConfig]).toEqual([code?.name, userConfig]);
    }
  }
}

/** A call to it does not wait for ever: it is served, or it fails at once. */
function checkAnswers({ controller }: Simulation, key: string): void {
  const { added, failure } = newsOf(controller, key);
  expect([key, added.length > 0 || failure !== undefined]).toEqual([key, true]);
}

function serving({ controller }: Simulation, key: string): string[] {
  return newsOf(controller, key).added.map(({ replicaId }) => replicaId);
}

function newsOf({ replicaSets }: Simulation["controller"], key: string): ReplicaSetChange {
  let news: ReplicaSetChange | undefined;
  const unwatch = replicaSets.watch(key, (change) => {
    news = change;
  });
  unwatch();
  return news as ReplicaSetChange;
}
