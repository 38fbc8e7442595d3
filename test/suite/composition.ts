import { assert } from "chai";
import type { Adder, Pipeline } from "../fixtures/composed.ts";
import { topic } from "./case.ts";
import { failure, serveError } from "./failure.ts";

export const composition = topic("composition", {
  "a deployment calls another through its handle": async (trial) => {
    const { handle } = await trial.run("composition");
    assert.equal(await handle.run(20), 42);
  },

  "bind arguments reach the constructor": async (trial) => {
    const { handle } = await trial.run("boundArguments");
    assert.deepEqual(await handle.args(), [7, { text: "seven" }, new Map([["prime", 1]])]);
  },

  "applications inside arrays and objects become handles": async (trial) => {
    const { handle } = await trial.run("nested");
    assert.deepEqual(await handle.sums(1), [2, 11, 101]);
  },

  "deployments of one name get names of their own": async (trial) => {
    const { name } = await trial.run("nested");
    const deployments = trial.serve.status().applications[name]?.deployments ?? {};
    assert.sameMembers(Object.keys(deployments), ["Adder", "Adder_1", "Adder_2", "Nest"]);
  },

  "a handle is an argument like others": async (trial) => {
    const [visitor, adder] = [await trial.run("visitor"), await trial.run("adder")];
    assert.equal(await visitor.handle.visit(adder.handle, 1), 6);
  },

  "a function deployment is called as a function": async (trial) => {
    const { handle } = await trial.run("functionDeployment");
    assert.equal(await handle(21), 42);
  },

  "an un-awaited response is resolved where it is passed": async (trial) => {
    const { handle } = await trial.run("adder");
    assert.equal(await handle.add(handle.add(handle.add(0))), 15);
  },

  "waiting for an argument is not queueing": async (trial) => {
    const gated = await trial.run("gated");
    const sink = await trial.run("sink");
    const taken = sink.handle.take(gated.handle.work("slow"));
    await gated.gate.noted("in slow");
    assert.equal(await sink.handle.take("meanwhile"), "took meanwhile");
    await gated.gate.open("slow");
    assert.match(await taken, /^took gated/);
  },

  "a call whose argument fails fails with it": async (trial) => {
    const { handle } = await trial.run("faulty");
    const { handle: adder } = await trial.run("adder");
    const error = await failure(adder.add(handle.builtIn() as never));
    assert.instanceOf(error, RangeError);
    assert.equal(await adder.add(1), 6);
  },

  "handle() finds the ingress and every deployment by name": async (trial) => {
    const { name } = await trial.run("composition");
    assert.equal(await trial.serve.handle<Pipeline>(name).run(1), 4);
    assert.equal(await trial.serve.handle<Adder>(`${name}/Adder`).add(1), 2);
  },

  "handle() of what does not run is refused": async (trial) => {
    const { name } = await trial.run("composition");
    for (const missing of ["nothing", `${name}/Nothing`, "toString", `${name}/toString`]) {
      let code: unknown;
      try {
        trial.serve.handle(missing);
      } catch (error) {
        code = (error as { code?: unknown }).code;
      }
      assert.equal(code, "NOT_FOUND", missing);
    }
  },

  "context() tells where a call runs": async (trial) => {
    const { handle, name, replicas } = await trial.run("whoAmI");
    const response = handle.who();
    assert.deepEqual(await response, {
      application: name,
      deployment: "First",
      replicaId: replicas("First")[0] ?? "",
      requestId: response.requestId,
    });
  },

  "calls made by a call have its request id": async (trial) => {
    const { handle } = await trial.run("whoAmI");
    const response = handle.chain();
    const [first, second] = await response;
    assert.equal(second?.["deployment"], "Second");
    assert.equal(first?.["requestId"], response.requestId);
    assert.equal(second?.["requestId"], response.requestId);
    const other = handle.who();
    assert.notEqual(other.requestId, response.requestId);
    await other;
  },
});

export const methods = topic("methods", {
  "an unknown method is refused with those there are": async (trial) => {
    const { untyped } = await trial.run("lifecycle");
    const error = await serveError(untyped["missing"]?.() as never, "METHOD_NOT_FOUND");
    assert.match(error.message, /lifecycle-\d+\/Lifecycle: can't call missing; it has log/);
  },

  "lifecycle hooks can't be called": async (trial) => {
    const { untyped, handle } = await trial.run("lifecycle");
    for (const hook of ["constructor", "init", "reconfigure", "checkHealth"]) {
      await serveError(untyped[hook]?.() as never, "METHOD_NOT_FOUND");
    }
    assert.lengthOf(await handle.log(), 3);
  },

  "nothing of Object.prototype can be called": async (trial) => {
    const { untyped } = await trial.run("lifecycle");
    for (const name of ["__proto__", "toString", "hasOwnProperty", "valueOf"]) {
      const call = async () => await untyped[name]?.();
      await serveError(call(), "METHOD_NOT_FOUND");
    }
  },

  "a handle is no promise": async (trial) => {
    const { untyped } = await trial.run("lifecycle");
    assert.isUndefined(untyped["then"]);
    assert.isFalse("then" in untyped);
  },

  "a function deployment has no methods": async (trial) => {
    const { untyped } = await trial.run("functionDeployment");
    await serveError(untyped["call"]?.(1) as never, "METHOD_NOT_FOUND");
  },
});
