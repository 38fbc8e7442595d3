import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CallQueue } from "../../src/router/queue.ts";

interface Call {
  readonly createdAt: number;
  readonly id: number;
}

function drained(queue: CallQueue<Call>): Call[] {
  const calls: Call[] = [];
  for (let call = queue.takeOldest(); call; call = queue.takeOldest()) calls.push(call);
  return calls;
}

describe("CallQueue", () => {
  it("gives calls by age, and those of one age in the order they came", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (ages) => {
        const queue = new CallQueue<Call>();
        const calls = ages.map((createdAt, id) => ({ createdAt, id }));
        for (const call of calls) queue.add(call);
        expect(queue.size).toBe(calls.length);
        expect(drained(queue)).toEqual(calls.toSorted((a, b) => a.createdAt - b.createdAt));
        expect(queue.size).toBe(0);
      }),
    );
  });

  it("forgets what is taken out, once", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer(), fc.boolean())), (entries) => {
        const queue = new CallQueue<Call>();
        const calls = entries.map(([createdAt, stays], id) => ({ createdAt, id, stays }));
        const removals = calls.map((call) => queue.add(call));
        for (const { id, stays } of calls) if (!stays) removals[id]?.();
        for (const { id, stays } of calls) if (!stays) removals[id]?.();
        const left = calls.filter(({ stays }) => stays);
        expect(queue.size).toBe(left.length);
        expect(queue.oldest?.createdAt).toBe(
          left.length ? Math.min(...left.map(({ createdAt }) => createdAt)) : undefined,
        );
        expect(drained(queue)).toEqual(left.toSorted((a, b) => a.createdAt - b.createdAt));
      }),
    );
  });

  it("ignores the removal of a call that was taken", () => {
    const queue = new CallQueue<Call>();
    const remove = queue.add({ createdAt: 1, id: 1 });
    queue.add({ createdAt: 2, id: 2 });
    queue.takeOldest();
    remove();
    expect(queue.size).toBe(1);
    expect(queue.oldest?.id).toBe(2);
  });
});
