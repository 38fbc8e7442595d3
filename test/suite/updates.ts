import { assert } from "chai";
import type { Handle } from "../../src/index.ts";
import type { Adder } from "../fixtures/composed.ts";
import type { First } from "../fixtures/versions.ts";
import { topic } from "./case.ts";
import { serveError } from "./failure.ts";
import type { AppName, Trial } from "./trial.ts";

/** Calls one after the other, four at a time, until told to stop; every answer counts. */
function callsWithoutEnd(handle: Handle<First>) {
  const answers: string[] = [];
  let going = true;
  const caller = async () => {
    while (going) answers.push(await handle.version());
  };
  const callers = [caller(), caller(), caller(), caller()];
  return {
    answers,
    stop: async () => {
      going = false;
      await Promise.all(callers);
      return answers;
    },
  };
}

/** Runs one application, then others in its place. */
async function succession(trial: Trial, ...[first, ...rest]: [AppName, ...AppName[]]) {
  const running = await trial.run(first);
  const handle = running.handle as unknown as Handle<First>;
  const { name, prefix, replicas } = running;
  const place = { name, routePrefix: prefix };
  return {
    name,
    prefix,
    replicas,
    handle,
    status: () => trial.serve.status().applications[running.name]?.deployments["Versioned"],
    next: async () => {
      for (const exportName of rest) await trial.run(exportName, place);
    },
  };
}

export const updates = topic("updates", {
  "another version takes over": async (trial) => {
    const { handle, next } = await succession(trial, "first", "second");
    assert.equal(await handle.version(), "first");
    await next();
    assert.equal(await handle.version(), "second");
  },

  "one replica is replaced without losing a call": async (trial) => {
    const { handle, next, replicas } = await succession(
      trial,
      "first",
      "second",
      "first",
      "second",
    );
    const calls = callsWithoutEnd(handle);
    await next();
    const answers = await calls.stop();
    assert.includeMembers(answers, ["first"]);
    assert.equal(await handle.version(), "second");
    assert.lengthOf(replicas("Versioned"), 1);
  },

  "no answer is of the old version once the update has ended": async (trial) => {
    const { handle, next } = await succession(trial, "firstThree", "secondThree");
    const calls = callsWithoutEnd(handle);
    await next();
    const before = calls.answers.length;
    // Each of the four callers may have one call under way that began before.
    await Promise.all(Array.from({ length: 20 }, () => handle.version()));
    const answers = await calls.stop();
    assert.notInclude(answers.slice(before + 4), "first");
  },

  "a deployment of the same version keeps its replicas": async (trial) => {
    const { handle, next } = await succession(trial, "pinnedOne", "pinnedOne");
    const replica = await handle.replica();
    await next();
    assert.equal(await handle.replica(), replica);
  },

  "userConfig changes on the replicas that run": async (trial) => {
    const { handle, next } = await succession(trial, "pinnedOne", "pinnedOther");
    const replica = await handle.replica();
    assert.equal(await handle.greeting(), "hello");
    await next();
    assert.deepEqual([await handle.greeting(), await handle.replica()], ["good day", replica]);
  },

  "a userConfig that is refused leaves the one before": async (trial) => {
    const { handle, next, status } = await succession(trial, "pinnedOne", "pinnedRefused");
    const error = await serveError(next(), "DEPLOY_FAILED");
    assert.include(error.message, "no such greeting");
    assert.equal(await handle.greeting(), "hello");
    assert.include(status()?.message, "rolled back");
    assert.equal(status()?.status, "HEALTHY");
  },

  "replicas are added and taken away": async (trial) => {
    const more = await succession(trial, "pinnedOne", "pinnedTwo");
    const [kept = ""] = more.replicas("Versioned");
    await more.next();
    assert.lengthOf(more.replicas("Versioned"), 2);
    assert.include(more.replicas("Versioned"), kept);
    await trial.run("pinnedOne", { name: more.name, routePrefix: more.prefix });
    assert.deepEqual(more.replicas("Versioned"), [kept]);
  },

  "a version that does not start is rolled back": async (trial) => {
    const { handle, next, status } = await succession(trial, "first", "unfit");
    const replica = await handle.replica();
    const calls = callsWithoutEnd(handle);
    const error = await serveError(next(), "DEPLOY_FAILED");
    assert.include(error.message, "its weights are missing");
    assert.deepEqual([...new Set(await calls.stop())], ["first"]);
    assert.equal(await handle.replica(), replica);
    assert.equal(status()?.status, "HEALTHY");
    assert.include(status()?.message, "rolled back");
  },

  "an update after one that failed succeeds": async (trial) => {
    const { handle, next, name, prefix } = await succession(trial, "first", "unfit");
    await serveError(next(), "DEPLOY_FAILED");
    await trial.run("second", { name, routePrefix: prefix });
    assert.equal(await handle.version(), "second");
  },

  "deployments that the new application lacks are gone": async (trial) => {
    const { name, prefix } = await trial.run("first");
    await trial.run("adder", { name, routePrefix: prefix });
    assert.hasAllKeys(trial.serve.status().applications[name]?.deployments, ["Adder"]);
    assert.equal(await trial.serve.handle<Adder>(`${name}/Adder`).add(1), 6);
    assert.throws(() => trial.serve.handle(`${name}/Versioned`), "no such deployment");
  },
});
