import { assert } from "chai";
import type { Gated, GatedCaller } from "../fixtures/gated.ts";
import { topic } from "./case.ts";
import { failure, serveError, settle } from "./failure.ts";

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const item of items) read.push(item);
  return read;
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
/** Items that a producer may be ahead of its reader; the exact number is the channel's own. */
const WINDOW = 64;

export const streaming = topic("streaming", {
  "an async generator's items arrive in order": async (trial) => {
    const { handle } = await trial.run("streams");
    assert.deepEqual(await all(handle.count(200)), upTo(200));
  },

  "a sync generator streams too": async (trial) => {
    const { handle } = await trial.run("streams");
    assert.deepEqual(await all(handle.countSync(50)), upTo(50));
  },

  "an awaited response can be iterated": async (trial) => {
    const { handle } = await trial.run("streams");
    assert.deepEqual(await all(await handle.count(3)), upTo(3));
  },

  "a stream may be empty": async (trial) => {
    const { handle } = await trial.run("streams");
    assert.deepEqual(await all(handle.none()), []);
  },

  "a ReadableStream is a result": async (trial) => {
    const { handle } = await trial.run("streams");
    const stream = await handle.web(40);
    assert.instanceOf(stream, ReadableStream);
    const reader = stream.getReader();
    for (const expected of upTo(40)) assert.equal((await reader.read()).value, expected);
    assert.isTrue((await reader.read()).done);
  },

  "an item arrives before the next one exists": async (trial) => {
    const { handle, gate } = await trial.run("gated");
    const items = handle.steps("gated")[Symbol.asyncIterator]();
    assert.equal((await items.next()).value, 0);
    await gate.open("gated");
    assert.equal((await items.next()).value, 1);
    assert.isTrue((await items.next()).done);
  },

  "a slow reader holds the producer back": async (trial) => {
    const { handle } = await trial.run("streams");
    const items = handle.endless()[Symbol.asyncIterator]();
    await items.next();
    await settle();
    assert.isAtMost(await handle.produced(), WINDOW);
    for (let read = 1; read < 200; read += 1) await items.next();
    await settle();
    assert.isAtMost(await handle.produced(), 200 + WINDOW);
    await items.return?.();
  },

  "leaving early runs the generator's finally": async (trial) => {
    const { handle, gate } = await trial.run("gated");
    for await (const item of handle.endless("early")) if (item === 20) break;
    await gate.noted("left early");
  },

  "leaving early frees the slot": async (trial) => {
    const { handle, gate } = await trial.run("gatedOne");
    for await (const item of handle.endless("early")) if (item === 3) break;
    await gate.open("*");
    await handle.work("next");
  },

  "a stream holds its slot until it ends": async (trial) => {
    const { name, gate } = await trial.run("forkedOne");
    // From two callers, so that it is the replica that counts.
    const gated = trial.serve.handle<Gated>(`${name}/Gated`);
    const left = trial.serve.handle<GatedCaller>(`${name}/Left`);
    const items = gated.steps("stream")[Symbol.asyncIterator]();
    await items.next();
    const next = left.work("next");
    await gate.open("next");
    await settle();
    await gate.open("stream");
    await all({ [Symbol.asyncIterator]: () => items });
    await next;
    const log = await gate.log();
    assert.isBelow(log.indexOf("left stream"), log.indexOf("in next"));
  },

  "an error in mid-stream comes after the items before it": async (trial) => {
    const { handle } = await trial.run("streams");
    const read: number[] = [];
    const reading = async () => {
      for await (const item of handle.breaksAfter(20)) read.push(item);
    };
    const error = await failure(reading());
    assert.instanceOf(error, RangeError);
    assert.equal(error.cause, "the end");
    assert.deepEqual(read, upTo(20));
  },

  "an item that can't be cloned breaks its stream only": async (trial) => {
    const { handle } = await trial.run("values");
    const read: unknown[] = [];
    const reading = async () => {
      for await (const item of handle.oddItem()) read.push(item);
    };
    await serveError(reading(), "NOT_CLONEABLE");
    assert.deepEqual(read, [1]);
    assert.equal(await handle.echo("fine"), "fine");
  },

  "only a stream can be iterated": async (trial) => {
    const { handle } = await trial.run("values");
    const response = handle.echo(1) as unknown as AsyncIterable<unknown>;
    await serveError(all(response), "INVALID_APPLICATION");
  },

  "many streams share a channel": async (trial) => {
    const { handle } = await trial.run("streams");
    const counts = [3, 100, 17, 0, 33];
    const read = await Promise.all(counts.map((count) => all(handle.count(count))));
    assert.deepEqual(read, counts.map(upTo));
  },
});
