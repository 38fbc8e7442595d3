import { assert } from "chai";
import type { GatedCaller } from "../fixtures/gated.ts";
import { topic } from "./case.ts";
import { serveError, settle } from "./failure.ts";

export const cancellation = topic("cancellation", {
  "a cancelled call that waits never runs": async (trial) => {
    const { handle, gate } = await trial.run("gatedOne");
    const runs = handle.work("runs");
    await gate.noted("in runs");
    const waits = handle.work("waits");
    const error = serveError(waits, "CANCELLED");
    waits.cancel("changed my mind");
    assert.equal((await error).cause, "changed my mind");
    await gate.open("*");
    await runs;
    await handle.work("next");
    assert.notInclude(await gate.log(), "in waits");
  },

  "a cancelled call that runs sees its signal abort": async (trial) => {
    const { handle, gate } = await trial.run("gated");
    const call = handle.watched("call");
    const error = serveError(call, "CANCELLED");
    await gate.noted("in call");
    call.cancel("changed my mind");
    await gate.noted("aborted call: changed my mind");
    assert.equal((await error).cause, "changed my mind");
  },

  "a cancelled call keeps its slot until it has ended": async (trial) => {
    const { handle, gate } = await trial.run("gatedOne");
    const call = handle.stubborn("call");
    const error = serveError(call, "CANCELLED");
    await gate.noted("in call");
    call.cancel();
    await error;
    await gate.open("next");
    const next = handle.work("next");
    await gate.open("call");
    await next;
    const log = await gate.log();
    assert.isBelow(log.indexOf("out call"), log.indexOf("in next"));
  },

  "a handle's signal cancels its calls": async (trial) => {
    const { handle, gate } = await trial.run("gated");
    const stop = new AbortController();
    const stoppable = handle.options({ signal: stop.signal });
    const errors = ["one", "two"].map((id) => serveError(stoppable.watched(id), "CANCELLED"));
    await gate.noted("in one", "in two");
    const other = handle.work("other");
    stop.abort("all of them");
    await gate.noted("aborted one: all of them", "aborted two: all of them");
    for (const error of errors) assert.equal((await error).cause, "all of them");
    await gate.open("other");
    await other;
  },

  "a signal that has aborted lets no call start": async (trial) => {
    const { handle, gate } = await trial.run("gated");
    const stopped = handle.options({ signal: AbortSignal.abort("before") });
    const error = await serveError(stopped.work("never"), "CANCELLED");
    assert.equal(error.cause, "before");
    await gate.open("*");
    await handle.work("next");
    assert.notInclude(await gate.log(), "in never");
  },

  "a signal's own reason is the cause": async (trial) => {
    const { handle } = await trial.run("gated");
    const stopped = handle.options({ signal: AbortSignal.abort() });
    const { cause } = await serveError(stopped.work("never"), "CANCELLED");
    assert.equal((cause as Error).name, "AbortError");
  },

  "a call that waits for its argument is cancelled at once": async (trial) => {
    const { handle, gate } = await trial.run("gated");
    const argument = handle.work("argument");
    const call = handle.work(argument);
    const error = serveError(call, "CANCELLED");
    call.cancel();
    await error;
    await gate.open("argument");
    await argument;
  },

  "a cancelled stream rejects its reader and leaves the generator": async (trial) => {
    const { handle, gate } = await trial.run("gated");
    const response = handle.steps("stream");
    const items = response[Symbol.asyncIterator]();
    await items.next();
    const rest = serveError(items.next(), "CANCELLED");
    await gate.noted("in stream");
    response.cancel("enough");
    assert.equal((await rest).cause, "enough");
    await gate.open("*");
    await gate.noted("left stream");
  },

  "a cancelled stream frees its slot though nobody reads on": async (trial) => {
    const { handle, gate } = await trial.run("gatedOne");
    const response = handle.endless("stream");
    await response[Symbol.asyncIterator]().next();
    response.cancel();
    await gate.noted("left stream");
    await gate.open("*");
    await handle.work("next");
  },

  "a cancelled stream keeps its slot until its finally has run": async (trial) => {
    const { handle, gate } = await trial.run("gatedOne");
    const response = handle.steps("stream");
    const items = response[Symbol.asyncIterator]();
    await items.next();
    const rest = serveError(items.next(), "CANCELLED");
    await gate.noted("in stream");
    response.cancel();
    await rest;
    const next = handle.work("next");
    await gate.open("*");
    await next;
    const log = await gate.log();
    assert.isBelow(log.indexOf("left stream"), log.indexOf("in next"));
  },

  "the calls that a cancelled call made are cancelled, for its reason": async (trial) => {
    const { handle, gate } = await trial.run("forkedThree");
    const call = handle.watch("third in line");
    const error = serveError(call, "CANCELLED");
    await gate.noted("in third in line");
    call.cancel("changed my mind");
    await gate.noted("aborted third in line: changed my mind");
    assert.equal((await error).cause, "changed my mind");
  },

  "a client that leaves cancels the calls that its own made": async (trial) => {
    const { fetch, gate } = await trial.run("gatedFront");
    const leave = new AbortController();
    const answer = fetch("/page", { signal: leave.signal });
    await gate.noted("in page");
    leave.abort("closed");
    assert.equal((await answer).status, 499);
    await gate.noted("aborted page: closed");
  },

  "a call that waits does not run once its maker is cancelled": async (trial) => {
    const { name, gate } = await trial.run("forkedOne");
    const left = trial.serve.handle<GatedCaller>(`${name}/Left`);
    const runs = left.work("runs");
    await gate.noted("in runs");
    const call = left.work("waits");
    const error = serveError(call, "CANCELLED");
    await settle();
    call.cancel();
    await error;
    await gate.open("*");
    await runs;
    await left.work("next");
    assert.notInclude(await gate.log(), "in waits");
  },

  "what a cancelled call calls from then on runs": async (trial) => {
    const { name, gate } = await trial.run("forkedThree");
    const left = trial.serve.handle<GatedCaller>(`${name}/Left`);
    const call = left.cleaningUp("work", "last");
    const error = serveError(call, "CANCELLED");
    await gate.noted("in work");
    call.cancel();
    await error;
    await gate.open("last");
    await gate.noted("out last");
  },

  "calls that nobody listens to any more may be cancelled": async (trial) => {
    const { name, gate, replicas } = await trial.run("forkedThree");
    const left = trial.serve.handle<GatedCaller>(`${name}/Left`);
    const before = replicas("Left");
    const call = left.inTurn("one", "two");
    const error = serveError(call, "CANCELLED");
    await gate.noted("in one", "in two");
    call.cancel();
    await error;
    await gate.open("*");
    await settle();
    await left.work("next");
    assert.deepEqual(replicas("Left"), before);
  },

  "a call outlives its maker, if that was not cancelled": async (trial) => {
    const { name, gate } = await trial.run("forkedThree");
    const left = trial.serve.handle<GatedCaller>(`${name}/Left`);
    const call = left.begin("call");
    await call;
    call.cancel();
    await gate.noted("in call");
    await gate.open("call");
    await gate.noted("out call");
  },

  "a replica that ignores it is ended where it can be, else the option is refused": async (
    trial,
  ) => {
    let strict: Awaited<ReturnType<typeof trial.run<"gatedStrict">>>;
    try {
      strict = await trial.run("gatedStrict");
    } catch (error) {
      const { code, cause } = error as { code: string; cause: { code: string; message: string } };
      assert.deepEqual([code, cause.code], ["DEPLOY_FAILED", "NOT_SUPPORTED"]);
      assert.match(cause.message, /^deployment\(Gated\): option terminateAfterCancelMs works in w/);
      return;
    }
    const { handle, gate, name, replicas } = strict;
    const [old] = replicas("Gated");
    const deaf = handle.deaf("deaf");
    const cancelled = serveError(deaf, "CANCELLED");
    const lost = serveError(handle.work("other"), "REPLICA_DIED");
    await gate.noted("in deaf", "in other");
    deaf.cancel();
    await cancelled;
    assert.match((await lost).message, /a call of deaf still ran 50 ms after it was cancelled/);
    await gate.open("next");
    assert.notEqual(await handle.work("next"), old);
    const { deployments } = trial.serve.status().applications[name] ?? {};
    const [dead] = deployments?.["Gated"]?.deadReplicas ?? [];
    assert.match(dead?.reason ?? "", /died: a call of deaf still ran .*terminateAfterCancelMs/);
  },

  "cancelling what has ended does nothing": async (trial) => {
    const { handle, gate } = await trial.run("gatedOne");
    await gate.open("*");
    const call = handle.work("call");
    const answer = await call;
    call.cancel();
    assert.equal(await call, answer);
    await handle.work("next");
  },
});
