import { describe, expect, it } from "vitest";
import { type Started, Story, settled } from "./story.ts";

/** Runs a batch of one for so long. */
async function runOnce(story: Story, ms: number): Promise<void> {
  story.ask(0);
  await settled();
  await story.pass(ms);
  story.started.at(-1)?.end();
  await settled();
}

const reasonOf = (started: Started | undefined) => started?.info.reason;

describe("Batcher", () => {
  it("closes early for an item that would miss its deadline, by what runs took", async () => {
    const story = new Story({ batchWaitMs: 200 });
    story.ask(1, { deadline: 500 });
    await settled();
    // Nobody knows yet how long a run takes.
    expect(reasonOf(story.started[0])).toBe("deadline");
    await story.pass(20);
    story.started[0]?.end();
    await settled();
    story.ask(2);
    story.ask(3, { deadline: story.clock.now() + 100 });
    await settled();
    // Two items may take twice as long as one, and a fifth longer than that: 48 ms before the deadline.
    await story.pass(51);
    expect(story.started).toHaveLength(1);
    await story.pass(1);
    expect(story.started[1]).toMatchObject({ values: [2, 3], info: { reason: "deadline" } });
  });

  it("counts the wait from the first item", async () => {
    const story = new Story({ batchWaitMs: 10 });
    story.ask(1);
    await story.pass(9);
    story.ask(2);
    await settled();
    expect(story.started).toEqual([]);
    await story.pass(1);
    expect(story.started.map(({ values }) => values)).toEqual([[1, 2]]);
    expect(reasonOf(story.started[0])).toBe("wait");
  });

  it("waits on when the one that set the alarm leaves", async () => {
    const story = new Story({ batchWaitMs: 10 });
    const first = story.ask(1);
    await story.pass(4);
    story.ask(2);
    await settled();
    first.cancellation.cancel("left");
    await story.pass(9);
    expect(story.started).toEqual([]);
    await story.pass(1);
    expect(story.started.map(({ values }) => values)).toEqual([[2]]);
  });

  it("has the latest deadline of its items, none where one has none, and the highest priority", async () => {
    const story = new Story({ batchWaitMs: 0 });
    await runOnce(story, 1);
    story.ask(1, { deadline: 1000, priority: 2 });
    story.ask(2, { deadline: 2000 });
    await settled();
    expect(story.started.at(-1)).toMatchObject({ deadline: 2000, priority: 2 });
    story.started.at(-1)?.end();
    story.ask(3, { deadline: 1000 });
    story.ask(4);
    await settled();
    expect(story.started.at(-1)).toMatchObject({ deadline: undefined, priority: 0 });
  });

  it("takes new rules for what waits already", async () => {
    const story = new Story({ batchWaitMs: 1000 });
    for (const value of [1, 2, 3]) story.ask(value);
    await settled();
    expect(story.started).toEqual([]);
    story.configure({ maxBatchSize: 2 });
    await settled();
    expect(story.started.map(({ values }) => values)).toEqual([[1, 2]]);
    story.configure({ maxConcurrentBatches: 2 });
    await settled();
    expect(story.started.map(({ values }) => values)).toEqual([[1, 2], [3]]);
  });

  it("keeps nothing of what it has answered", async () => {
    const story = new Story({});
    const { cancellation } = story.ask(1);
    await settled();
    const answered = story.ask(2, {});
    story.started[0]?.end();
    await settled();
    story.started[1]?.end();
    await settled();
    expect(answered.answers).toEqual([20]);
    cancellation.cancel("too late");
    answered.cancellation.cancel("too late");
    await settled();
    expect(story.started[0]?.signal.aborted).toBe(false);
    expect(answered.errors).toEqual([]);
    expect(story.batcher.idle).toBe(true);
  });
});
