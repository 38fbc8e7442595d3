import { afterEach, describe, expect, it } from "vitest";
import { memory } from "../adapters/memory/index.ts";
import { batch, createServe, deployment } from "../src/index.ts";

const serve = createServe(memory());
afterEach(() => Promise.all(Object.keys(serve.status().applications).map(serve.delete)));

describe("batch", () => {
  it("answers many calls at once", async () => {
    const batches: number[][] = [];
    class Doubler {
      readonly double = batch(async (values: number[]) => {
        batches.push(values);
        return values.map((value) => 2 * value);
      });
      readonly count = batch(
        async function* (values: number[]) {
          for (let at = 0; at < 4; at += 1) {
            yield values.map((value) => (at === value ? batch.end : at));
          }
        },
        { maxBatchSize: 32 },
      );
    }
    const doubler = await serve.run(deployment(Doubler).bind());
    expect(await Promise.all([1, 2, 3].map((value) => doubler.double(value)))).toEqual([2, 4, 6]);
    expect(batches).toEqual([[1, 2, 3]]);
    const read = async (to: number) => await Array.fromAsync(doubler.count(to));
    expect(await Promise.all([read(1), read(3)])).toEqual([[0], [0, 1, 2]]);
    const alone = new Doubler();
    expect(await alone.double(4)).toBe(8);
    expect(await Array.fromAsync(alone.count(4))).toEqual([0, 1, 2, 3]);
  });
});
