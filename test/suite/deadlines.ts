import { assert } from "chai";
import type { Gated, GatedCaller } from "../fixtures/gated.ts";
import { topic } from "./case.ts";
import { failure, serveError } from "./failure.ts";

/** For calls that get nowhere: their deadline may pass at any time. */
const AT_ONCE_MS = 50;
/** For calls that must have started by then, on the slowest of machines. */
const SOON_MS = 500;
/** Two deadlines that are a minute apart are further apart than this. */
const NEAR_MS = 30_000;

export const deadlines = topic("deadlines", {
  "a call that waits past its deadline never runs": async (trial) => {
    const { handle, gate } = await trial.run("gatedOne");
    const runs = handle.work("runs");
    await gate.noted("in runs");
    const waits = handle.options({ timeoutMs: AT_ONCE_MS }).work("waits");
    const error = await serveError(waits, "TIMEOUT");
    assert.deepInclude({ ...error }, { status: 504, retryable: true });
    await gate.open("*");
    await runs;
    await handle.work("next");
    assert.notInclude(await gate.log(), "in waits");
  },

  "a call that runs past its deadline is cancelled": async (trial) => {
    const { handle, gate } = await trial.run("gated");
    await gate.open("first");
    await handle.work("first");
    const late = handle.options({ timeoutMs: SOON_MS }).watched("late");
    await serveError(late, "TIMEOUT");
    await gate.noted("in late", "aborted late: TIMEOUT");
  },

  "a stream breaks off at its deadline, and its finally runs": async (trial) => {
    const { handle, gate } = await trial.run("gated");
    await gate.open("first");
    await handle.work("first");
    const items = handle.options({ timeoutMs: SOON_MS }).steps("stream")[Symbol.asyncIterator]();
    assert.equal((await items.next()).value, 0);
    await serveError(items.next(), "TIMEOUT");
    await gate.noted("left stream");
  },

  "waiting for an argument is no excuse": async (trial) => {
    const { handle, gate } = await trial.run("gated");
    const argument = handle.work("argument");
    const call = handle.options({ timeoutMs: AT_ONCE_MS }).work(argument);
    await serveError(call, "TIMEOUT");
    await gate.open("argument");
    await argument;
  },

  "a call has no deadline unless one is set": async (trial) => {
    const { handle, fetch } = await trial.run("untimed");
    assert.deepEqual(await handle.both(), [undefined, undefined]);
    assert.deepEqual(await (await fetch("/")).json(), {});
  },

  "the earlier one of the deployment's and the call's own counts": async (trial) => {
    const { handle, fetch } = await trial.run("timed");
    const minute = (await handle.deadline()) as number;
    const half = (await handle.options({ timeoutMs: 1000 }).deadline()) as number;
    assert.isBelow(half, minute - NEAR_MS);
    const double = (await handle.options({ timeoutMs: 180_000 }).deadline()) as number;
    assert.approximately(double, minute, NEAR_MS);
    for (const [seconds, expected] of [
      ["1", half],
      ["180.5", minute],
    ] as const) {
      const headers = { "x-request-timeout-seconds": seconds };
      const { deadline } = (await (await fetch("/", { headers })).json()) as { deadline: number };
      assert.approximately(deadline, expected, NEAR_MS);
    }
  },

  "a call has the deadline of its maker": async (trial) => {
    const { handle } = await trial.run("untimed");
    const [own, next] = await handle.options({ timeoutMs: 60_000 }).both();
    assert.isNumber(own);
    assert.equal(next, own);
  },

  "a call may have an earlier deadline than its maker, and no later one": async (trial) => {
    const { handle } = await trial.run("timed");
    const [own, earlier] = (await handle.both(1000)) as number[];
    assert.isBelow(earlier as number, (own as number) - NEAR_MS);
    const [same, later] = await handle.both(180_000);
    assert.equal(later, same);
    const twice = await trial.run("timedTwice");
    const [first, second] = await twice.handle.both();
    assert.equal(second, first);
  },

  "a call that misses its own deadline leaves its maker running": async (trial) => {
    const { name, gate } = await trial.run("forkedThree");
    const left = trial.serve.handle<GatedCaller>(`${name}/Left`);
    assert.equal(await left.codeOf("late", { timeoutMs: AT_ONCE_MS }), "TIMEOUT");
    await gate.open("*");
  },

  "the calls of a call that is late are cancelled with it": async (trial) => {
    const { handle, gate } = await trial.run("forkedThree");
    await gate.open("first");
    await handle.work(["first"], ["first"]);
    await serveError(handle.options({ timeoutMs: SOON_MS }).watch("late"), "TIMEOUT");
    await gate.noted("in late", "aborted late: TIMEOUT");
  },

  "what a late call does to clean up is not refused": async (trial) => {
    const { name, gate } = await trial.run("forkedThree");
    const left = trial.serve.handle<GatedCaller>(`${name}/Left`);
    await gate.open("first", "last");
    await left.work("first");
    await serveError(left.options({ timeoutMs: SOON_MS }).cleaningUp("late", "last"), "TIMEOUT");
    await gate.noted("in late", "out last");
  },

  "a request that is late is answered 504": async (trial) => {
    const { fetch, handle, gate } = await trial.run("gatedOne");
    const runs = handle.work("runs");
    await gate.noted("in runs");
    const headers = { "x-request-timeout-seconds": String(AT_ONCE_MS / 1000) };
    const response = await fetch("/", { headers });
    assert.equal(response.status, 504);
    assert.equal(((await response.json()) as { error: { code: string } }).error.code, "TIMEOUT");
    await gate.open("*");
    await runs;
  },

  "an answer that is late breaks off": async (trial) => {
    const { fetch, name, gate } = await trial.run("gated");
    await gate.open("first");
    await trial.serve.handle<Gated>(`${name}/Gated`).work("first");
    const headers = { "x-request-timeout-seconds": String(SOON_MS / 1000) };
    const { body } = await fetch("/", { headers });
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    assert.isFalse((await reader.read()).done);
    await failure(reader.read());
    await gate.open("*");
  },

  "a timeout that is no number of seconds is refused": async (trial) => {
    const { fetch } = await trial.run("untimed");
    for (const wrong of ["soon", "-1", "0", "1e3", "1, 2", "Infinity"]) {
      const response = await fetch("/", { headers: { "x-request-timeout-seconds": wrong } });
      assert.equal(response.status, 400, wrong);
      const { error } = (await response.json()) as { error: { message: string } };
      assert.match(error.message, /^x-request-timeout-seconds must be a number of seconds over 0/);
    }
  },
});
