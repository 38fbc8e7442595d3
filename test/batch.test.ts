import { afterEach, describe, expect, it, vi } from "vitest";
import { manualClock, memory } from "../adapters/memory/testing.ts";
import {
  type Batched,
  type BatchInfo,
  type BatchOptions,
  batch,
  context,
  createServe,
  deployment,
} from "../src/index.ts";
import { settled } from "./batch/story.ts";

const serve = createServe(memory());
afterEach(() => Promise.all(Object.keys(serve.status().applications).map(serve.delete)));

const identity = async (items: number[]) => items;

describe("batch", () => {
  it.each<[object, string]>([
    [{ maxBatchSize: 0 }, "option maxBatchSize must be a whole number of at least 1, got 0"],
    [{ maxBatchSize: 1.5 }, "option maxBatchSize must be a whole number of at least 1, got 1.5"],
    [
      { batchWaitMs: -1 },
      "option batchWaitMs must be a number of milliseconds of at least 0, got -1",
    ],
    [
      { maxConcurrentBatches: "2" },
      'option maxConcurrentBatches must be a whole number of at least 1, got "2"',
    ],
    [
      { batchSizeFn: 3 },
      "option batchSizeFn must be a function of some items that gives their size, got 3",
    ],
    [
      { buckets: [4, 1] },
      "option buckets must be whole numbers of at least 1, each over the one before, got [4,1]",
    ],
    [
      { buckets: [] },
      "option buckets must be whole numbers of at least 1, each over the one before, got []",
    ],
    [
      { buckets: [1, 4], maxBatchSize: 8 },
      "option maxBatchSize must be at most 4, the largest of buckets, got 8",
    ],
    [
      { targetLatencyMs: 0 },
      "option targetLatencyMs must be a number of milliseconds over 0, got 0",
    ],
    [
      { targetLatencyMs: 10, batchWaitMs: 10 },
      "options batchWaitMs and targetLatencyMs exclude each other; remove one",
    ],
    [{ maxBatchsize: 4 }, "unknown option maxBatchsize, did you mean maxBatchSize?"],
    [
      { timeout: 4 },
      "unknown option timeout, options are maxBatchSize, batchWaitMs, maxConcurrentBatches, batchSizeFn, buckets, targetLatencyMs",
    ],
  ])("refuses the options %j", (options, problem) => {
    const make = () => batch(identity, options as BatchOptions<number>);
    expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    expect(make).toThrow(`batch: ${problem}`);
    expect(() => batch(options as BatchOptions<never>)).toThrow(`batch: ${problem}`);
  });

  it("needs no replica: a test may call it as it is", async () => {
    const seen: (BatchInfo | undefined)[] = [];
    class Alone {
      readonly factor = 2;
      readonly times = batch(async (values: number[]) => {
        seen.push(context().batch);
        return values.map((value) => this.factor * value);
      });
      readonly upTo = batch(
        async function* (values: number[]) {
          for (let at = 0; at < 4; at += 1) yield values.map((to) => (at < to ? at : batch.end));
        },
        { maxBatchSize: 2 },
      );
    }
    const alone = new Alone();
    expect(await Promise.all([1, 2, 3].map((value) => alone.times(value)))).toEqual([2, 4, 6]);
    expect(seen.map((info) => [info?.size, info?.requestIds])).toEqual([
      [3, Array(3).fill(undefined)],
    ]);
    const streams = [1, 3].map((to) => Array.fromAsync(alone.upTo(to)));
    expect(await Promise.all(streams)).toEqual([[0], [0, 1, 2]]);
    expect(await Array.fromAsync(await alone.upTo(2))).toEqual([0, 1]);
    const wrong = alone.times(1) as unknown as AsyncIterable<number>;
    await expect(Array.fromAsync(wrong)).rejects.toThrow("only the answer of a generator can be");
  });

  it("ends 40 calls 20 ms apart, with 100 ms a batch, as soon as one can, without any setting", async () => {
    const clock = manualClock();
    const sizes: number[] = [];
    class Slow {
      readonly echo = batch(async (items: number[]) => {
        sizes.push(items.length);
        await clock.sleep(100, new AbortController().signal);
        return items;
      });
    }
    const own = createServe(memory({ clock }));
    const slow = await own.run(deployment(Slow).bind());
    const answers: Promise<number>[] = [];
    let over = false;
    for (let ms = 0; !over; ms += 10) {
      if (ms % 20 === 0 && answers.length < 40) answers.push(slow.echo(answers.length));
      if (answers.length === 40) {
        void Promise.all(answers).then(() => {
          over = true;
        });
      }
      await settled();
      if (!over) clock.advance(10);
      await settled();
    }
    expect(await Promise.all(answers)).toEqual(answers.map((_, at) => at));
    expect(clock.now()).toBeLessThanOrEqual(920);
    expect(sizes).toEqual([1, 4, 5, 5, 5, 5, 5, 5, 5]);
  });

  it("knows in a batch function of its batch, elsewhere of none", async () => {
    class Knowing {
      readonly inside = batch((items: number[]) => items.map(() => context().batch?.reason));
      async outside() {
        const { batch: info } = context();
        return [info, await this.inside(1)];
      }
    }
    const knowing = await serve.run(deployment(Knowing).bind());
    expect(await knowing.outside()).toEqual([undefined, "wait"]);
  });

  it("has the deployment let in more calls, so that the next batch fills, and says so", async () => {
    const said = vi.spyOn(console, "info").mockImplementation(() => {});
    const sizes: number[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    class Large {
      readonly run = batch(
        async (items: number[]) => {
          sizes.push(items.length);
          await promise;
          return items;
        },
        { maxBatchSize: 20 },
      );
    }
    const large = await serve.run(deployment(Large, { maxOngoingRequests: 5 }).bind());
    const calls = Array.from({ length: 50 }, (_, at) => large.run(at));
    await settled();
    resolve();
    await Promise.all(calls);
    expect(sizes).toEqual([20, 20, 10]);
    expect(said.mock.calls).toEqual([
      [
        expect.stringContaining(
          "default/Large#1 maxOngoingRequests is raised from 5 to 40, for batches to run while the next ones fill: maxBatchSize * (maxConcurrentBatches + 1)",
        ),
      ],
    ]);
    said.mockRestore();
  });

  it("is waited for when the replica leaves, though nobody waits for it", async () => {
    const log: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    class Leaving {
      readonly run = batch(async (items: number[]) => {
        log.push("runs");
        await promise;
        log.push("ran");
        return items;
      });
      begin() {
        void this.run(1);
      }
      [Symbol.dispose]() {
        log.push("disposed");
      }
    }
    const leaving = await serve.run(deployment(Leaving).bind());
    await leaving.begin();
    await settled();
    const deleted = serve.delete("default");
    await settled();
    resolve();
    await deleted;
    expect(log).toEqual(["runs", "ran", "disposed"]);
  });

  it("is done with a stream that is not long, though nobody reads it, and pauses one that is", async () => {
    let steps = 0;
    class Ahead {
      readonly count = batch(async function* (lengths: number[]) {
        for (let at = 0; at < Math.max(...lengths); at += 1) {
          steps += 1;
          yield lengths.map((length) => (at < length ? at : batch.end));
        }
      });
    }
    const ahead = new Ahead();
    const short = await ahead.count(200);
    const long = await ahead.count(10_000);
    await settled();
    expect(steps).toBe(200 + 256);
    expect(await Array.fromAsync(short)).toHaveLength(200);
    expect(await Array.fromAsync(long)).toHaveLength(10_000);
  });

  it("refuses to wait for itself", async () => {
    class Recursive {
      readonly run: Batched<number, number> = batch((items: number[]) =>
        Promise.all(items.map((item) => this.run(item))),
      );
    }
    await expect(new Recursive().run(1)).rejects.toMatchObject({
      code: "INVALID_APPLICATION",
      message: expect.stringMatching(/: the batch function called itself/),
    });
  });

  it("gives those a stream that read too slowly no more, and goes on for the others", async () => {
    class Fast {
      readonly count = batch(async function* (items: number[]) {
        for (let at = 0; at < 3000; at += 1) yield items.map(() => at);
      });
    }
    const fast = new Fast();
    const [read, idler] = await Promise.all([fast.count(1), fast.count(2)]);
    expect(await Array.fromAsync(read)).toHaveLength(3000);
    const late = Array.fromAsync(idler);
    await expect(late).rejects.toMatchObject({ code: "BACKPRESSURE", retryable: true });
  });

  it("refuses changes that are wrong as a whole", async () => {
    const run = batch(identity, { maxBatchSize: 2 });
    expect(() => run.configure({ maxBatchSize: 0 })).toThrow(
      "batch.configure: option maxBatchSize",
    );
    run.configure({ targetLatencyMs: 50 });
    run.configure({ batchWaitMs: 5 });
    expect(await Promise.all([run(1), run(2)])).toEqual([1, 2]);
  });
});
