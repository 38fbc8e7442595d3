import { assert } from "chai";
import type { Handle } from "../../src/index.ts";
import type { Patient } from "../fixtures/patients.ts";
import { topic } from "./case.ts";
import { serveError } from "./failure.ts";
import type { Trial } from "./trial.ts";
import { until } from "./until.ts";

/** Runs a replica that is checked every 50 ms, and makes it sick. */
async function patient(trial: Trial, app: "patient" | "patientInHaste" = "patient") {
  const { name, handle } = await trial.run(app);
  return {
    handle: handle as unknown as Handle<Patient>,
    /** Resolves once another replica answers. */
    replaced: (old: string) => until(async () => (await handle.replica()) !== old),
    /** Resolves once it was checked so often again. */
    checked: async (times: number) => {
      const before = await handle.checks();
      await until(async () => (await handle.checks()) >= before + times);
    },
    dead: () => trial.serve.status().applications[name]?.deployments["Patient"]?.deadReplicas ?? [],
  };
}

export const health = topic("health", {
  "a replica whose check throws three times in a row is replaced": async (trial) => {
    const { handle, replaced, dead } = await patient(trial);
    const old = await handle.ail(3);
    await replaced(old);
    const [last, ...others] = dead();
    assert.deepInclude<unknown>(last, { replicaId: old, reason: "it feels sick" });
    assert.match(last?.stack ?? "", /checkHealth/);
    assert.isEmpty(others);
  },

  "one that recovers is kept": async (trial) => {
    const { handle, checked, dead } = await patient(trial);
    for (const failing of [1, 2, 2]) {
      const replica = await handle.ail(failing);
      await checked(failing + 2);
      assert.equal(await handle.replica(), replica);
    }
    assert.isEmpty(dead());
  },

  "a check that never ends counts as failed": async (trial) => {
    const { handle, replaced, dead } = await patient(trial, "patientInHaste");
    const old = await handle.faint();
    await replaced(old);
    assert.include(dead()[0]?.reason, "checkHealth did not end within 100 ms");
  },

  "calls that run when their replica falls sick are finished": async (trial) => {
    const { handle, gate, name } = await trial.run("patientAtGate");
    const old = await handle.ail(3);
    const runs = handle.work("held");
    await gate.noted("in held");
    const dead = () =>
      trial.serve.status().applications[name]?.deployments["Patient"]?.deadReplicas;
    await until(() => dead()?.length === 1);
    await gate.open("held");
    assert.equal(await runs, old);
  },

  "a version that is sick from the start is rolled back": async (trial) => {
    const { name, prefix, handle } = await trial.run("patient");
    const replica = await handle.replica();
    const error = await serveError(
      trial.run("moribund", { name, routePrefix: prefix }),
      "DEPLOY_FAILED",
    );
    assert.include(error.message, "it never felt well");
    assert.equal(await handle.replica(), replica);
    const status = trial.serve.status().applications[name]?.deployments["Patient"];
    assert.equal(status?.status, "HEALTHY");
  },
});
