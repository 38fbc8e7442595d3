import { assert } from "chai";
import { topic } from "./case.ts";
import { serveError, thrownBy } from "./failure.ts";
import type { AppName, Running, Trial } from "./trial.ts";
import { pause, until } from "./until.ts";

type House = Running<"house1">;

/** Runs the first version of an application of two storeys, and others in its place. */
async function house(trial: Trial) {
  const running = await trial.run("house1");
  const { name, prefix, gate } = running;
  return {
    ...running,
    gate,
    become: (exportName: AppName, routePrefix = prefix) =>
      trial.run(exportName, { name, routePrefix }),
    /** What it answers over HTTP. */
    answer: async (from: Pick<House, "fetch"> = running) => {
      const response = await from.fetch("/");
      return `${response.status} ${await response.text()}`;
    },
    deployments: () => Object.keys(trial.serve.status().applications[name]?.deployments ?? {}),
    status: () => trial.serve.status().applications[name],
  };
}

/** Requests one after the other, from several clients, until told to stop. */
function requestsWithoutEnd(answer: () => Promise<string>) {
  const answers: string[] = [];
  let going = true;
  const client = async () => {
    while (going) {
      answers.push(await answer());
      await pause();
    }
  };
  const clients = [client(), client(), client()];
  return async () => {
    going = false;
    await Promise.all(clients);
    return answers;
  };
}

export const upgrades = topic("upgrades", {
  "all deployments of an application change together": async (trial) => {
    const { become, answer } = await house(trial);
    assert.equal(await answer(), "200 one,one");
    await become("house2");
    assert.equal(await answer(), "200 two,two");
  },

  "one that does not start takes the others back with it": async (trial) => {
    const { become, answer, status } = await house(trial);
    const error = await serveError(become("houseTorn"), "DEPLOY_FAILED");
    assert.include(error.message, "Top failed to start: its plans are torn");
    // The other one may still be on its way back.
    await until(() => status()?.status === "RUNNING");
    assert.equal(await answer(), "200 one,one");
    assert.include(status()?.message, "the update failed: its plans are torn");
    assert.equal(status()?.updateFailure, "its plans are torn");
  },

  "a renamed ingress is served once it is healthy": async (trial) => {
    const { become, answer, gate, deployments } = await house(trial);
    const update = become("houseRenamedSlow");
    await gate.noted("in init");
    assert.match(await answer(), /^200 one,/);
    await gate.open("init");
    await update;
    assert.equal(await answer(), "200 two,two");
    assert.sameMembers(deployments(), ["Gate", "Ground", "Roof"]);
  },

  "no request is lost when the ingress is renamed": async (trial) => {
    const { become, answer } = await house(trial);
    const stop = requestsWithoutEnd(answer);
    await become("houseRenamed");
    await become("house1");
    const answers = await stop();
    assert.deepEqual(
      answers.filter((one) => !one.startsWith("200 ")),
      [],
    );
  },

  "calls of the old ingress end, and the calls they make": async (trial) => {
    const { become, answer, gate, handle } = await house(trial);
    const held = handle.versionsAfter("held");
    await gate.noted("in held");
    const update = become("houseRenamed");
    await until(async () => (await answer()) === "200 two,two");
    await gate.open("held");
    // What it calls below may be of either version.
    assert.equal((await held)[0], "one");
    await update;
  },

  "what is left out stays until its callers are gone": async (trial) => {
    const { become, answer, gate, handle, deployments } = await house(trial);
    const held = handle.versionsAfter("held");
    await gate.noted("in held");
    const update = become("bungalow");
    await until(async () => (await answer()) === "200 two");
    await gate.open("held");
    assert.deepEqual(await held, ["one", "one"]);
    await update;
    assert.sameMembers(deployments(), ["Gate", "Top"]);
  },

  "an update takes over from one that is not done": async (trial) => {
    const { become, answer, gate, replicas } = await house(trial);
    const first = become("houseSlow");
    await gate.noted("in init");
    await Promise.all([become("house2"), first]);
    assert.equal(await answer(), "200 two,two");
    assert.lengthOf(replicas("Top"), 1);
  },

  "one that fails on top of one that is not done goes back to what ran": async (trial) => {
    const { become, answer, gate, status } = await house(trial);
    const first = thrownBy(become("houseSlow"));
    await gate.noted("in init");
    await serveError(become("houseTorn"), "DEPLOY_FAILED");
    await first;
    await until(() => status()?.status === "RUNNING");
    assert.equal(await answer(), "200 one,one");
  },

  "an application can be deleted while it is updated": async (trial) => {
    const { become, gate, name, fetch } = await house(trial);
    const update = serveError(become("houseSlow"), "UNAVAILABLE");
    await gate.noted("in init");
    await trial.serve.delete(name);
    assert.include((await update).message, "deleted");
    assert.equal((await fetch("/")).status, 404);
    assert.notProperty(trial.serve.status().applications, name);
  },

  "a route prefix changes once the update is healthy": async (trial) => {
    const { become, answer, gate, prefix, fetch } = await house(trial);
    const moved = `${prefix}-moved`;
    const update = become("houseSlow", moved);
    await gate.noted("in init");
    assert.match(await answer(), /^200 one,/);
    await gate.open("init");
    const there = await update;
    assert.equal(await answer(there), "200 two,two");
    assert.equal((await fetch("/")).status, 404);
    // What it had is free for others.
    await trial.run("adder", { routePrefix: prefix });
  },
});
