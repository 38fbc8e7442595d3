import { assert } from "chai";
import { topic } from "./case.ts";
import { serveError } from "./failure.ts";

export const life = topic("life", {
  "constructor, init and reconfigure run before the first call": async (trial) => {
    const { handle } = await trial.run("lifecycle");
    assert.deepEqual(await handle.log(), ["constructor", "init", { threshold: 0.5 }]);
  },

  "a constructor that throws fails the deployment with its error": async (trial) => {
    const error = await serveError(trial.run("neverStarts"), "DEPLOY_FAILED");
    assert.match(error.message, /NeverStarts failed to start: no room to start/);
    assert.equal((error.cause as Error).name, "QuotaError");
    assert.deepInclude<object>({ ...(error.cause as Error) }, { limit: 3 });
  },

  "so does an init": async (trial) => {
    const error = await serveError(trial.run("neverInits"), "DEPLOY_FAILED");
    assert.equal((error.cause as Error).message, "no model");
  },

  "environment variables of its own are there, or refused where a replica can't have them": async (
    trial,
  ) => {
    try {
      const { handle } = await trial.run("environment");
      assert.equal(await handle.variable("SUITE_MODE"), "quiet");
    } catch (error) {
      const { code, cause } = error as { code: string; cause: { code: string; message: string } };
      assert.deepEqual([code, cause.code], ["DEPLOY_FAILED", "NOT_SUPPORTED"]);
      assert.match(cause.message, /^deployment\(Environment\): option runtimeEnv works in worker/);
    }
  },

  "a failed application leaves nothing behind": async (trial) => {
    const place = { name: "failed", routePrefix: "/failed" };
    await serveError(trial.run("neverInits", place), "DEPLOY_FAILED");
    assert.notProperty(trial.serve.status().applications, "failed");
    const { handle } = await trial.run("adder", place);
    assert.equal(await handle.add(1), 6);
  },

  "status tells of applications, deployments and replicas": async (trial) => {
    const { name, prefix, handle } = await trial.run("whoAmI");
    const { replicaId } = await handle.who();
    const {
      deployments,
      since,
      splits: _splits,
      ...application
    } = trial.serve.status().applications[name] ?? {};
    assert.isAtMost(since ?? Number.NaN, Date.now());
    assert.deepEqual<unknown>(application, {
      status: "RUNNING",
      message: "all deployments are healthy",
      routePrefix: prefix,
      ingress: "First",
    });
    assert.sameMembers(Object.keys(deployments ?? {}), ["First", "Second"]);
    const { since: healthySince, replicas = [], ...first } = deployments?.["First"] ?? {};
    assert.isAtMost(healthySince ?? Number.NaN, Date.now());
    assert.deepEqual<unknown>(first, {
      status: "HEALTHY",
      message: "1 of 1 replicas run",
      targetNumReplicas: 1,
      deadReplicas: [],
    });
    const states = replicas.map(({ since: _since, ...replica }) => replica);
    assert.deepEqual<unknown>(states, [{ replicaId, state: "RUNNING" }]);
  },

  "a route prefix can be used by one application at a time": async (trial) => {
    const { prefix, name } = await trial.run("adder");
    const again = trial.run("adder", { routePrefix: prefix });
    const error = await serveError(again, "INVALID_OPTION");
    assert.include(error.message, name);
  },

  "an application may have any name": async (trial) => {
    const { handle, name } = await trial.run("adder", { name: "constructor" });
    assert.equal(await handle.add(1), 6);
    await trial.serve.delete(name);
    await serveError(trial.serve.delete(name), "NOT_FOUND");
  },

  "what was deleted can't be called, asked for or deleted again": async (trial) => {
    const { name, handle, prefix } = await trial.run("adder");
    await trial.serve.delete(name);
    await serveError(handle.add(1), "NOT_FOUND");
    assert.throws(() => trial.serve.handle(name), /no such deployment runs/);
    await serveError(trial.serve.delete(name), "NOT_FOUND");
    const { status } = await trial.serve.fetch(new Request(`http://suite.test${prefix}/`));
    assert.equal(status, 404);
  },

  "a deployment below is gone for those who hold its handle": async (trial) => {
    const [visitor, adder] = [await trial.run("visitor"), await trial.run("adder")];
    assert.equal(await visitor.handle.visit(adder.handle, 1), 6);
    await trial.serve.delete(adder.name);
    await serveError(visitor.handle.visit(adder.handle, 1), "NOT_FOUND");
  },

  "a name can be used again, with new replicas": async (trial) => {
    const first = await trial.run("whoAmI");
    const { replicaId } = await first.handle.who();
    await trial.serve.delete(first.name);
    const again = await trial.run("whoAmI", { name: first.name });
    assert.notEqual((await again.handle.who())["replicaId"], replicaId);
  },

  "a replica is disposed once, after its calls have ended": async (trial) => {
    const { handle: gate } = await trial.run("gate");
    const { name, handle } = await trial.run("mortal");
    const calls = [handle.work(gate, "one"), handle.work(gate, "two")];
    await gate.noted("in one", "in two");
    const deleted = trial.serve.delete(name);
    await gate.open("one");
    await gate.noted("out one");
    assert.notInclude(await gate.log(), "disposed");
    await gate.open("two");
    await Promise.all([...calls, deleted]);
    assert.deepEqual((await gate.log()).slice(-2), ["out two", "disposed"]);
  },

  "calls that wait when their deployment is deleted are rejected": async (trial) => {
    const { name, handle, gate } = await trial.run("gatedOne");
    const runs = handle.work("runs");
    await gate.noted("in runs");
    const waits = serveError(handle.work("waits"), "NOT_FOUND");
    const deleted = trial.serve.delete(name);
    await waits;
    await gate.open("*");
    await Promise.all([runs, deleted]);
  },
});
