import { assert } from "chai";
import type { Arm } from "../fixtures/arms.ts";
import { topic } from "./case.ts";
import { serveError } from "./failure.ts";

const TIMES = 60;

export const splits = topic("splits", {
  "a weight of 1 takes all": async (trial) => {
    const { handle } = await trial.run("splitCalled");
    assert.deepEqual(new Set(await handle.which(TIMES)), new Set(["stable"]));
  },

  "traffic moves at once, for callers anywhere": async (trial) => {
    const { name, handle } = await trial.run("splitCalled");
    await handle.which(1);
    await trial.serve.setTraffic(`${name}/Split`, { weights: { stable: 0, canary: 1 } });
    const called = trial.serve.handle<Arm>(`${name}/Split`);
    assert.equal(await called.which(), "canary");
    let answers: string[] = [];
    // The news may still be on its way to the caller's thread.
    do answers = await handle.which(TIMES);
    while (answers.includes("stable"));
    assert.deepEqual(new Set(answers), new Set(["canary"]));
    assert.deepEqual(trial.serve.status().applications[name]?.splits["Split"]?.weights, {
      stable: 0,
      canary: 1,
    });
  },

  "a call under way stays where it is": async (trial) => {
    const { name, handle, gate } = await trial.run("splitCalled");
    const call = handle.held("call");
    await gate.holds(1);
    await trial.serve.setTraffic(`${name}/Split`, { weights: { canary: 1 } });
    await gate.open("*");
    assert.equal(await call, "stable");
  },

  "a shard key always takes the same arm": async (trial) => {
    const { name, handle } = await trial.run("splitCalled");
    await trial.serve.setTraffic(`${name}/Split`, { weights: { stable: 0.5, canary: 0.5 } });
    const split = trial.serve.handle<Arm>(`${name}/Split`);
    const arms = new Set<string>();
    for (let key = 0; key < 20; key += 1) {
      const arm = await split.options({ shardKey: `user-${key}` }).which();
      arms.add(arm);
      // Whoever calls: the host, or a replica.
      let answers: string[] = [];
      do answers = await handle.which(3, { shardKey: `user-${key}` });
      while (answers.some((answer) => answer !== arm));
    }
    assert.deepEqual(arms, new Set(["stable", "canary"]));
  },

  "a split can be an ingress, sticky by header": async (trial) => {
    const { fetch } = await trial.run("splitIngress");
    const ask = async (key: string) => {
      const headers = { "x-serve-shard-key": key };
      const response = await fetch("/", { method: "POST", body: "a request", headers });
      return await response.text();
    };
    const texts = new Set<string>();
    for (let key = 0; key < 20; key += 1) {
      const text = await ask(`user-${key}`);
      assert.equal(await ask(`user-${key}`), text);
      texts.add(text);
    }
    assert.deepEqual(texts, new Set(["stable got a request", "canary got a request"]));
  },

  "a shadow gets copies, and nobody notices what becomes of them": async (trial) => {
    const { name, handle, gate } = await trial.run("splitCalled");
    const weights = { stable: 1 };
    await trial.serve.setTraffic(`${name}/Split`, { weights, shadow: { shade: 1 } });
    const split = trial.serve.handle<Arm>(`${name}/Split`);
    assert.equal(await split.which(), "stable");
    await gate.noted("shade which");
    const held = split.held("call");
    await gate.noted("shade call", "in call");
    await gate.open("*");
    assert.equal(await held, "stable");
    assert.deepEqual(await handle.which(1), ["stable"]);
  },

  "a shadow gets a request's body too": async (trial) => {
    const { name, fetch, gate } = await trial.run("splitIngress");
    const weights = { stable: 1 };
    await trial.serve.setTraffic(name, { weights, shadow: { shade: 1 } });
    const response = await fetch("/", { method: "POST", body: "a request" });
    assert.equal(await response.text(), "stable got a request");
    await gate.noted("shade a request");
  },

  "what can't be divided so is refused": async (trial) => {
    const { name } = await trial.run("splitCalled");
    const { serve } = trial;
    const heavy = serve.setTraffic(`${name}/Split`, { weights: { stable: 0.5 } });
    assert.include((await serveError(heavy, "INVALID_OPTION")).message, "must add up to 1");
    const unknown = serve.setTraffic(`${name}/Split`, { weights: { gone: 1 } });
    assert.include((await serveError(unknown, "INVALID_OPTION")).message, "it has stable, canary");
    await serveError(serve.setTraffic(`${name}/Other`, { weights: { a: 1 } }), "NOT_FOUND");
  },
});
