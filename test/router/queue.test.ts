import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CallQueue, comparePlaces, type Place } from "../../src/router/queue.ts";

const places = fc.array(
  fc.record({
    priority: fc.oneof(fc.constant(0), fc.integer({ min: -2, max: 2 })),
    createdAt: fc.integer({ min: 0, max: 20 }),
  }),
);

function drained<T extends Place>(queue: CallQueue<T>): T[] {
  const calls: T[] = [];
  for (let call = queue.takeFirst(); call; call = queue.takeFirst()) calls.push(call);
  return calls;
}

describe("CallQueue", () => {
  it("gives calls by priority, then by age, then in the order they came", () => {
    fc.assert(
      fc.property(places, (all) => {
        const queue = new CallQueue<Place & { readonly id: number }>();
        const calls = all.map((place, id) => ({ ...place, id }));
        for (const call of calls) queue.add(call);
        const sorted = calls.toSorted(
          (a, b) => b.priority - a.priority || a.createdAt - b.createdAt || a.id - b.id,
        );
        expect(drained(queue)).toEqual(sorted);
      }),
    );
  });

  it("gives a call that comes back the place it had", () => {
    const queue = new CallQueue<Place>();
    const calls = [1, 2, 3].map((createdAt) => ({ priority: 0, createdAt }));
    for (const call of calls) queue.add(call);
    queue.add(queue.takeFirst() as Place);
    expect(drained(queue)).toEqual(calls);
  });
});

describe("comparePlaces", () => {
  it("puts a higher priority before any age", () => {
    const [young, old] = [
      { priority: 0.5, createdAt: 1000 },
      { priority: 0, createdAt: 1 },
    ];
    expect(comparePlaces(young, old)).toBeLessThan(0);
    expect(comparePlaces(old, young)).toBeGreaterThan(0);
    expect(comparePlaces(old, { ...old })).toBe(0);
  });
});
