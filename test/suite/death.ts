import { assert } from "chai";
import type { GatedCaller } from "../fixtures/gated.ts";
import { topic } from "./case.ts";
import { serveError } from "./failure.ts";

const codeOf = (error: unknown) => (error as { code?: unknown }).code;

export const death = topic("death", {
  "a call that runs is rejected within two seconds": async (trial) => {
    const { handle, gate, replicas } = await trial.run("gated");
    const lost = serveError(handle.work("lost"), "REPLICA_DIED");
    await gate.noted("in lost");
    const killedAt = performance.now();
    await trial.kill(replicas("Gated")[0] as string);
    const error = await lost;
    assert.isBelow(performance.now() - killedAt, 2000);
    assert.deepInclude({ ...error }, { status: 502, retryable: true });
  },

  "the next call is served by a fresh replica": async (trial) => {
    const { handle, gate, replicas } = await trial.run("gated");
    const [old] = replicas("Gated");
    const lost = serveError(handle.work("lost"), "REPLICA_DIED");
    await gate.noted("in lost");
    await trial.kill(old as string);
    await lost;
    await gate.open("next");
    assert.notEqual(await handle.work("next"), old);
  },

  "a call that ran is never run again": async (trial) => {
    const { handle, gate, replicas } = await trial.run("gated");
    const lost = serveError(handle.work("lost"), "REPLICA_DIED");
    await gate.noted("in lost");
    await trial.kill(replicas("Gated")[0] as string);
    await lost;
    await gate.open("next");
    await handle.work("next");
    assert.deepEqual(
      (await gate.log()).filter((entry) => entry === "in lost"),
      ["in lost"],
    );
  },

  "a stream that runs breaks": async (trial) => {
    const { handle, gate, replicas } = await trial.run("gated");
    const items = handle.steps("lost")[Symbol.asyncIterator]();
    assert.deepEqual(await items.next(), { done: false, value: 0 });
    const lost = serveError(items.next(), "REPLICA_DIED");
    await gate.noted("in lost");
    await trial.kill(replicas("Gated")[0] as string);
    await lost;
  },

  "a waiting call outlives the only replica": async (trial) => {
    const { handle, gate, replicas } = await trial.run("gatedOne");
    const [old] = replicas("Gated");
    const lost = serveError(handle.work("lost"), "REPLICA_DIED");
    await gate.noted("in lost");
    const waiting = handle.work("waiting");
    await gate.open("waiting");
    await trial.kill(old as string);
    await lost;
    assert.notEqual(await waiting, old);
  },

  "a waiting call outlives the death of another replica": async (trial) => {
    const { handle, gate, replicas } = await trial.run("gatedPair");
    const fates = ["a", "b"].map((id) => handle.work(id).then(String, codeOf));
    await gate.noted("in a", "in b");
    const waiting = handle.work("waiting");
    await gate.open("waiting");
    const [victim] = replicas("Gated");
    await trial.kill(victim as string);
    assert.notEqual(await waiting, victim);
    await gate.open("*");
    assert.include(await Promise.all(fates), "REPLICA_DIED");
  },

  "a replica hears of the death of one it calls": async (trial) => {
    const { name, gate, replicas } = await trial.run("forkedOne");
    const left = trial.serve.handle<GatedCaller>(`${name}/Left`);
    const fate = left.codeOf("lost");
    await gate.noted("in lost");
    await trial.kill(replicas("Gated")[0] as string);
    assert.equal(await fate, "REPLICA_DIED");
    await gate.open("next");
    assert.lengthOf(await left.work("next"), 1);
  },

  "the dead replica is replaced": async (trial) => {
    const { handle, gate, name, replicas } = await trial.run("gated");
    const [old] = replicas("Gated");
    await trial.kill(old as string);
    await gate.open("*");
    await handle.work("next");
    assert.notInclude(replicas("Gated"), old);
    assert.equal(trial.serve.status().applications[name]?.status, "RUNNING");
  },
});
