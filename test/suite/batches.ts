import { assert } from "chai";
import { topic } from "./case.ts";
import { failure, serveError, settle } from "./failure.ts";
import type { Running, Trial } from "./trial.ts";

type BatchesApp = Running<"batches">;

/** A batch of one runs; whatever comes meanwhile gathers. */
async function busy(trial: Trial): Promise<BatchesApp & { first: PromiseLike<unknown> }> {
  const running = await trial.run("batches");
  const first = running.handle.see("first");
  await running.gate.noted("in first");
  return Object.assign(running, { first });
}

const itemsOf = (seen: readonly { readonly batch: readonly string[] }[]) =>
  seen.map((one) => one.batch.join(""));

export const batches = topic("batches", {
  "fill while one runs, and answer each its own, in order": async (trial) => {
    const { handle, gate, first } = await busy(trial);
    const calls = ["a", "b", "c"].map((item) => handle.see(item));
    await settle();
    await gate.open("*");
    const seen = await Promise.all(calls);
    assert.deepEqual(
      seen.map(({ item }) => item),
      ["a", "b", "c"],
    );
    assert.deepEqual(itemsOf(seen), ["abc", "abc", "abc"]);
    assert.deepInclude(seen[0], { reason: "slot", size: 3 });
    assert.deepInclude((await first) as object, { reason: "wait", size: 1 });
  },

  "are no larger than maxBatchSize": async (trial) => {
    const { handle, gate } = await busy(trial);
    const calls = [..."abcdef"].map((item) => handle.see(item));
    await settle();
    await gate.open("*");
    const seen = await Promise.all(calls);
    assert.deepEqual(itemsOf(seen), ["abcd", "abcd", "abcd", "abcd", "ef", "ef"]);
    assert.deepEqual([seen[0]?.reason, seen[4]?.reason], ["full", "slot"]);
  },

  "run several at once where they may": async (trial) => {
    const { handle, gate } = await trial.run("batches");
    const first = handle.two("first");
    await gate.noted("in first");
    const second = handle.two("second");
    await gate.noted("in second");
    const calls = [..."abc"].map((item) => handle.two(item));
    await settle();
    assert.notInclude(await gate.log(), "in a");
    await gate.open("*");
    assert.deepEqual(itemsOf(await Promise.all(calls)), ["ab", "ab", "c"]);
    await Promise.all([first, second]);
  },

  "wait to fill, if they are told to": async (trial) => {
    const { handle, gate } = await trial.run("batches");
    await gate.open("*");
    const calls = [handle.waiting("a")];
    await settle();
    assert.deepEqual(await gate.log(), []);
    for (const item of "bc") calls.push(handle.waiting(item));
    const seen = await Promise.all(calls);
    assert.deepEqual(itemsOf(seen), ["abc", "abc", "abc"]);
    assert.equal(seen[0]?.reason, "full");
  },

  "know the calls of their items": async (trial) => {
    const { handle, gate } = await busy(trial);
    const calls = [handle.see("a"), handle.see("b")];
    const ids = calls.map(({ requestId }) => requestId);
    await settle();
    await gate.open("*");
    const [a] = await Promise.all(calls);
    assert.deepEqual(a?.requestIds, ids);
    assert.equal(a?.requestId, ids[0]);
  },

  "of a budget: what is too much waits at the head, what fits in none fails alone": async (
    trial,
  ) => {
    const { handle, gate } = await trial.run("batches");
    const first = handle.tokens("first");
    await gate.noted("in first");
    const calls = ["aaaa", "bbbb", "ccc", "d"].map((item) => handle.tokens(item));
    const error = await serveError(handle.tokens("longer than ten"), "PAYLOAD_TOO_LARGE");
    assert.match(error.message, /Batches\.tokens: an item of size 15 \(batchSizeFn\) fits in no/);
    await settle();
    await gate.open("*");
    const seen = await Promise.all(calls);
    assert.deepEqual(itemsOf(seen), ["aaaabbbb", "aaaabbbb", "cccd", "cccd"]);
    await first;
  },

  "are filled up to a bucket": async (trial) => {
    const { handle, gate } = await trial.run("batches");
    const first = handle.bucketed("first");
    await gate.noted("in first");
    const calls = [..."ab"].map((item) => handle.bucketed(item));
    await settle();
    await gate.open("*");
    const [a, b] = await Promise.all(calls);
    assert.deepEqual(a?.batch, ["a", "b", "b", "b"]);
    assert.deepEqual([a?.size, b?.item], [2, "b"]);
    assert.deepEqual((await first).batch, ["first"]);
  },

  "are of one model": async (trial) => {
    const { handle, gate } = await busy(trial);
    const calls = [..."abcd"].map((item, at) =>
      handle.options({ modelId: at % 2 ? "odd" : "even" }).see(item),
    );
    await settle();
    await gate.open("*");
    const seen = await Promise.all(calls);
    assert.deepEqual(itemsOf(seen), ["ac", "bd", "ac", "bd"]);
    assert.deepEqual(
      seen.map(({ modelId }) => modelId),
      ["even", "odd", "even", "odd"],
    );
  },

  "take the urgent first": async (trial) => {
    const { handle, gate } = await busy(trial);
    const calls = [..."abcdef"].map((item, at) =>
      handle.options({ priority: at > 3 ? 1 : 0 }).see(item),
    );
    await settle();
    await gate.open("*");
    const seen = await Promise.all(calls);
    assert.deepEqual(itemsOf(seen), ["abef", "abef", "cd", "cd", "abef", "abef"]);
  },

  "leave out who was cancelled before": async (trial) => {
    const { handle, gate } = await busy(trial);
    const calls = [..."abc"].map((item) => handle.see(item));
    await settle();
    calls[0]?.cancel();
    await serveError(calls[0] as PromiseLike<unknown>, "CANCELLED");
    await settle();
    await gate.open("*");
    const seen = await Promise.all(calls.slice(1));
    assert.deepEqual(itemsOf(seen), ["bc", "bc"]);
  },

  "leave out who is late": async (trial) => {
    const { handle, gate, first } = await busy(trial);
    const late = serveError(handle.options({ timeoutMs: 50 }).see("late"), "TIMEOUT");
    const call = handle.see("in time");
    await late;
    await settle();
    await gate.open("*");
    assert.deepEqual((await call).batch, ["in time"]);
    await first;
  },

  "go on for the others when one is cancelled, and stop when all are": async (trial) => {
    const { handle, gate } = await trial.run("batches");
    const first = handle.watched("first");
    await gate.noted("in first");
    const calls = [..."abc"].map((item) => handle.watched(item));
    await settle();
    await gate.open("first");
    await first;
    await gate.noted("in a");
    calls[1]?.cancel();
    await serveError(calls[1] as PromiseLike<unknown>, "CANCELLED");
    await settle();
    await gate.open("a");
    assert.deepEqual([await calls[0], await calls[2]], ["a", "c"]);
    await gate.noted("wanted a,c");
    const alone = handle.watched("alone");
    await gate.noted("in alone");
    alone.cancel();
    await serveError(alone, "CANCELLED");
    await gate.noted("aborted alone");
    await gate.open("*");
    assert.notInclude(await gate.log(), "aborted a,b,c");
  },

  "fail together where the function throws, one by one where it says so": async (trial) => {
    const { handle, gate } = await trial.run("batches");
    const first = handle.failing("first");
    await gate.noted("in first");
    const lost = ["all", "one"].map((item) => failure(handle.failing(item)));
    await settle();
    await gate.open("first", "all");
    for (const error of await Promise.all(lost)) {
      assert.instanceOf(error, RangeError);
      assert.equal(error.message, "the batch is lost");
    }
    await first;
    const next = handle.failing("next");
    await gate.noted("in next");
    const one = failure(handle.failing("one"));
    const other = handle.failing("other");
    await settle();
    await gate.open("*");
    assert.equal(await other, "other");
    assert.equal((await one).message, "one is lost");
    await next;
  },

  "of a function that gives anything else fail, and serving goes on": async (trial) => {
    const { handle, gate, name } = await trial.run("batches");
    const short = await serveError(handle.short("a"), "INVALID_APPLICATION");
    assert.equal(
      short.message,
      `${name}/Batches.short: the batch function was given 1 items and must return, or yield, an array with one entry for each, in their order; it gave an array of 0`,
    );
    const text = await serveError(handle.noArray("a"), "INVALID_APPLICATION");
    assert.include(text.message, "it gave a string");
    await gate.open("*");
    assert.equal((await handle.see("a")).item, "a");
  },

  "that stream give each caller its own stream, as long as that is": async (trial) => {
    const { handle, gate } = await trial.run("batches");
    const read = async (word: string) => {
      let text = "";
      for await (const letter of handle.stream(word)) text += letter;
      return text;
    };
    const first = read("first");
    await gate.noted("in first");
    const words = ["a", "longer", "word"].map(read);
    await settle();
    await gate.open("*");
    assert.deepEqual(await Promise.all(words), ["a", "longer", "word"]);
    assert.equal(await first, "first");
    await gate.noted("left first", "left a,longer,word");
  },

  "that stream fail where they are, and stop when nobody reads": async (trial) => {
    const { handle, gate } = await trial.run("batches");
    await gate.open("*");
    const letters: unknown[] = [];
    const error = await failure(
      (async () => {
        for await (const letter of handle.stream("no!")) letters.push(letter);
      })(),
    );
    assert.deepEqual(letters, ["n"]);
    assert.instanceOf(error, RangeError);
    for await (const count of handle.endless("stopped")) if (count === 100) break;
    await gate.noted("left stopped");
    const cancelled = handle.endless("cancelled");
    for await (const _ of cancelled) break;
    cancelled.cancel();
    await gate.noted("left cancelled");
  },

  "that stream do not wait for who does not read": async (trial) => {
    const { handle, gate } = await trial.run("batches");
    const first = handle.stream("first");
    await gate.noted("in first");
    const idle = handle.stream("idle reader");
    const busy = handle.stream("busy reader");
    await settle();
    await gate.open("*");
    let text = "";
    for await (const letter of busy) text += letter;
    assert.equal(text, "busy reader");
    let later = "";
    for await (const letter of idle) later += letter;
    assert.equal(later, "idle reader");
    for await (const _ of first);
  },

  "are made by the class itself too, and of requests": async (trial) => {
    const { handle, gate, fetch } = await trial.run("batches");
    await gate.open("*");
    assert.deepEqual(itemsOf(await handle.both("a", "b", "c")), ["abc", "abc", "abc"]);
    assert.equal(((await (await fetch("/path")).json()) as { item: string }).item, "path");
  },

  "are made of a function that is deployed itself": async (trial) => {
    const { handle } = await trial.run("batchedFunction");
    const answers = await Promise.all([1, 2].map((value) => handle(new Float32Array([value]))));
    assert.deepEqual(
      answers.map((array) => [...array]),
      [[2], [4]],
    );
  },

  "change as userConfig says": async (trial) => {
    const { name, prefix } = await trial.run("batches");
    const { handle, gate } = await trial.run("batchesOfTwo", { name, routePrefix: prefix });
    const first = handle.see("first");
    await gate.noted("in first");
    const calls = [..."abc"].map((item) => handle.see(item));
    await settle();
    await gate.open("*");
    assert.deepEqual(itemsOf(await Promise.all(calls)), ["ab", "ab", "c"]);
    await first;
  },

  "fill from the first call on, though the deployment allows fewer at once": async (trial) => {
    const { handle } = await trial.run("batchesOfMany");
    const calls = Array.from({ length: 20 }, () => handle.size(0));
    const sizes = await Promise.all(calls);
    assert.isAbove(Math.max(...sizes), 4, String(sizes));
    const again = await Promise.all(Array.from({ length: 20 }, () => handle.size(0)));
    assert.isAbove(Math.max(...again), 4, String(again));
  },

  "refuse what is no item": async (trial) => {
    const { untyped } = await trial.run("batches");
    const error = await serveError(
      (untyped["see"] as (...args: unknown[]) => Promise<unknown>)("a", "b"),
      "INVALID_REQUEST",
    );
    assert.include(error.message, "takes one item");
  },
});
