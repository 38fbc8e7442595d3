import { assert } from "chai";
import { transfer } from "../../src/index.ts";
import { topic } from "./case.ts";
import { serveError } from "./failure.ts";

const RICH = {
  map: new Map<unknown, unknown>([["key", new Set([1, 2])]]),
  date: new Date(1_700_000_000_000),
  big: 2n ** 70n,
  floats: Float32Array.from([0.5, -1]),
  bytes: Uint8Array.from([0, 255]).buffer,
  odd: [undefined, null, Number.NaN, -0, Number.POSITIVE_INFINITY],
  text: "ünï\u0000\u{1f600}",
};

export const values = topic("values", {
  "values of structured clone survive both ways": async (trial) => {
    const { handle } = await trial.run("values");
    assert.deepEqual(await handle.echo(RICH), RICH);
    assert.equal(await handle.echo(undefined), undefined);
    assert.equal(await handle.echo(7n), 7n);
    assert.equal(await handle.echo(""), "");
  },

  "cycles and shared references survive": async (trial) => {
    const { handle } = await trial.run("values");
    const cyclic: { self?: unknown; pair?: unknown[] } = {};
    cyclic.self = cyclic;
    const shared = { shared: true };
    cyclic.pair = [shared, shared];
    const back = (await handle.echo(cyclic)) as typeof cyclic;
    assert.equal(back.self, back);
    assert.equal(back.pair?.[0], back.pair?.[1]);
  },

  "a method can't change its caller's value": async (trial) => {
    const { handle } = await trial.run("values");
    const list = [1];
    assert.equal(await handle.push(list), 2);
    assert.deepEqual(list, [1]);
  },

  "a caller can't change a replica's value": async (trial) => {
    const { handle } = await trial.run("values");
    (await handle.kept()).list.push(2);
    assert.deepEqual(await handle.kept(), { list: [1] });
  },

  "an instance arrives as plain data, both ways": async (trial) => {
    const { handle } = await trial.run("values");
    class Pair {
      readonly left = 1;
    }
    assert.deepEqual(await handle.describe(new Pair()), { type: "Object", plain: true });
    const point: object = await handle.instance();
    assert.deepEqual({ ...point }, { x: 3, y: 4 });
    assert.equal(Object.getPrototypeOf(point), Object.prototype);
  },

  "transfer moves an argument": async (trial) => {
    const { handle } = await trial.run("values");
    const bytes = new Uint8Array(1000).fill(1);
    assert.equal(await handle.sum(transfer(bytes, [bytes.buffer])), 1000);
    assert.equal(bytes.byteLength, 0);
  },

  "transfer moves a result": async (trial) => {
    const { handle } = await trial.run("values");
    assert.lengthOf(await handle.give(1000), 1000);
    assert.equal(await handle.left(), 0);
  },

  "without transfer nothing moves": async (trial) => {
    const { handle } = await trial.run("values");
    const bytes = new Uint8Array(1000).fill(1);
    assert.equal(await handle.sum(bytes), 1000);
    assert.equal(bytes.byteLength, 1000);
  },

  "an argument that can't be cloned fails its own call only": async (trial) => {
    const { handle } = await trial.run("values");
    const before = handle.echo("before");
    const bad = serveError(
      handle.echo(() => {}),
      "NOT_CLONEABLE",
    );
    const after = handle.echo("after");
    assert.deepEqual(await Promise.all([before, after]), ["before", "after"]);
    assert.match((await bad).message, /an argument of echo can't be sent/);
  },

  "a result that can't be cloned fails its own call only": async (trial) => {
    const { handle } = await trial.run("values");
    const before = handle.echo("before");
    const bad = serveError(handle.function(), "NOT_CLONEABLE");
    const after = handle.echo("after");
    assert.deepEqual(await Promise.all([before, after]), ["before", "after"]);
    assert.match((await bad).message, /the result of function can't be sent/);
  },

  "a buffer sent twice fails the second call only": async (trial) => {
    const { handle } = await trial.run("values");
    const bytes = new Uint8Array(8).fill(1);
    const first = handle.sum(transfer(bytes, [bytes.buffer]));
    const second = serveError(handle.sum(transfer(bytes, [bytes.buffer])), "NOT_CLONEABLE");
    assert.equal(await first, 8);
    await second;
  },

  "a generator is an argument": async (trial) => {
    const { handle } = await trial.run("values");
    async function* numbers() {
      for (let number = 1; number <= 100; number += 1) yield number;
    }
    assert.equal(await handle.total(numbers()), 5050);
  },

  "an object of many megabytes crosses": async (trial) => {
    const { handle } = await trial.run("values");
    const bytes = new Uint8Array(8 * 1024 * 1024).fill(1);
    assert.equal(await handle.sum(bytes), bytes.length);
  },
});
