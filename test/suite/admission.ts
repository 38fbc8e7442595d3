import { assert } from "chai";
import type { Gated, GatedCaller } from "../fixtures/gated.ts";
import { topic } from "./case.ts";
import { failure, serveError, settle } from "./failure.ts";

const ids = (side: string, count: number) => Array.from({ length: count }, (_, i) => side + i);

export const admission = topic("admission", {
  "the cap holds over all callers": async (trial) => {
    const { handle, gate } = await trial.run("forkedThree");
    const done = handle.work(ids("left", 8), ids("right", 8));
    await gate.holds(3);
    await settle();
    assert.equal(await gate.most(), 3);
    await gate.open("*");
    await done;
    assert.equal(await gate.most(), 3);
    assert.lengthOf(await gate.log(), 32);
  },

  "calls of one caller run in the order they were made": async (trial) => {
    const { handle, gate } = await trial.run("gatedOne");
    const order = ids("call", 6);
    const done = order.map((id) => handle.work(id));
    await gate.noted("in call0");
    await gate.open("*");
    await Promise.all(done);
    assert.deepEqual(
      (await gate.log()).filter((entry) => entry.startsWith("in ")),
      order.map((id) => `in ${id}`),
    );
  },

  "a freed slot goes to the oldest call of all callers": async (trial) => {
    const { name, gate } = await trial.run("forkedOne");
    const left = trial.serve.handle<GatedCaller>(`${name}/Left`);
    const right = trial.serve.handle<GatedCaller>(`${name}/Right`);
    // A third caller holds the slot: one that holds it itself joins the line only when its call has ended.
    const first = trial.serve.handle<Gated>(`${name}/Gated`).work("first");
    await gate.noted("in first");
    for (const [caller, id] of [
      [right, "second"],
      [left, "third"],
      [right, "fourth"],
    ] as const) {
      await caller.begin(id);
      await settle();
    }
    await gate.open("*");
    await gate.noted("out third", "out fourth");
    await first;
    const entered = (await gate.log()).filter((entry) => entry.startsWith("in "));
    assert.deepEqual(entered, ["in first", "in second", "in third", "in fourth"]);
  },

  "replicas share the load": async (trial) => {
    const { handle, gate } = await trial.run("gatedPair");
    const calls = [handle.work("a"), handle.work("b")];
    await gate.noted("in a", "in b");
    await gate.open("*");
    const [one, other] = await Promise.all(calls);
    assert.notEqual(one, other);
  },

  "one more call than may wait is refused at once": async (trial) => {
    const { handle, gate } = await trial.run("gatedQueue");
    const runs = handle.work("runs");
    await gate.noted("in runs");
    const waits = handle.work("waits");
    const error = await serveError(handle.work("refused"), "BACKPRESSURE");
    assert.deepInclude({ ...error }, { status: 503, retryable: true });
    await gate.open("*");
    await Promise.all([runs, waits]);
    assert.notInclude(await gate.log(), "in refused");
  },

  "a refused request is told when to come back": async (trial) => {
    const { handle, gate, fetch } = await trial.run("gatedQueue");
    const runs = handle.work("runs");
    await gate.noted("in runs");
    const waits = handle.work("waits");
    const refused = await fetch("/");
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get("retry-after"), "1");
    await gate.open("*");
    await Promise.all([runs, waits]);
  },

  "a refusal is told as the deployment that refuses wants it, through those that call it": async (
    trial,
  ) => {
    const { name, gate, fetch } = await trial.run("gatedBusy");
    const busy = trial.serve.handle<Gated>(`${name}/Gated`);
    const runs = busy.work("runs");
    await gate.noted("in runs");
    // The ingress is another caller: nothing of its own may wait.
    const refused = await fetch("/watched");
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get("retry-after"), "3");
    await gate.open("*");
    await runs;
  },

  "a slot is free again after a failure": async (trial) => {
    const { handle, untyped, gate } = await trial.run("gatedOne");
    await failure(untyped["missing"]?.() as never);
    await serveError(handle.work((() => {}) as never), "NOT_CLONEABLE");
    await gate.open("*");
    await handle.work("next");
  },
});
