import { assert } from "chai";
import type { Gated, GatedCaller } from "../fixtures/gated.ts";
import { topic } from "./case.ts";
import { settle } from "./failure.ts";

const entered = (log: readonly string[]) =>
  log.filter((entry) => entry.startsWith("in ")).map((entry) => entry.slice(3));

export const priorities = topic("priorities", {
  "calls that wait run by priority, then by age": async (trial) => {
    const { handle, gate } = await trial.run("gatedOne");
    const calls = [handle.work("first")];
    await gate.noted("in first");
    for (const [id, priority] of [
      ["old", 0],
      ["low", -1],
      ["high", 2.5],
      ["higher", 3],
      ["young", 0],
      ["also high", 2.5],
    ] as const) {
      calls.push(handle.options({ priority }).work(id));
    }
    await gate.open("*");
    await Promise.all(calls);
    const order = ["first", "higher", "high", "also high", "old", "young", "low"];
    assert.deepEqual(entered(await gate.log()), order);
  },

  "the urgent call of any caller goes before the older ones of all": async (trial) => {
    const { name, gate } = await trial.run("forkedOne");
    const left = trial.serve.handle<GatedCaller>(`${name}/Left`);
    const right = trial.serve.handle<GatedCaller>(`${name}/Right`);
    const first = trial.serve.handle<Gated>(`${name}/Gated`).work("first");
    await gate.noted("in first");
    for (const [caller, id] of [
      [left, "old"],
      [right, "older than urgent"],
      // Its caller stands in line already, behind the other.
      [right.options({ priority: 1 }), "urgent"],
    ] as const) {
      await caller.begin(id);
      await settle();
    }
    await gate.open("*");
    await gate.noted("out older than urgent");
    await first;
    assert.deepEqual(entered(await gate.log()), ["first", "urgent", "old", "older than urgent"]);
  },
});
