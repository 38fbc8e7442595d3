import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CallQueue, comparePlaces, type Place } from "../../src/router/queue.ts";

interface Call extends Place {
  readonly id: number;
}

const place = fc.record({
  priority: fc.oneof(fc.constant(0), fc.integer({ min: -2, max: 2 })),
  createdAt: fc.integer({ min: 0, max: 20 }),
});
const places = fc.array(place);
const callsOf = (all: readonly Place[]) => all.map((one, id): Call => ({ ...one, id }));

/** As they must leave: by priority, then by age, then in the order they came. */
function sorted(calls: readonly Call[]): Call[] {
  return calls.toSorted(
    (a, b) => b.priority - a.priority || a.createdAt - b.createdAt || a.id - b.id,
  );
}

function drained<T extends Place>(queue: CallQueue<T>): T[] {
  const calls: T[] = [];
  for (let call = queue.takeFirst(); call; call = queue.takeFirst()) calls.push(call);
  return calls;
}

describe("CallQueue", () => {
  it("gives calls by priority, then by age, then in the order they came", () => {
    fc.assert(
      fc.property(places, (all) => {
        const queue = new CallQueue<Call>();
        for (const call of callsOf(all)) queue.add(call);
        expect(drained(queue)).toEqual(sorted(callsOf(all)));
      }),
    );
  });

  it("is right at every step, whatever is added, taken or taken out", () => {
    const steps = fc.array(
      fc.oneof(fc.record({ add: place }), fc.record({ remove: fc.nat(30) }), fc.constant("take")),
    );
    fc.assert(
      fc.property(steps, (all) => {
        const queue = new CallQueue<Call>();
        let model: Call[] = [];
        const removals: (readonly [call: Call, remove: () => void])[] = [];
        for (const [id, step] of all.entries()) {
          if (typeof step === "string") {
            expect(queue.takeFirst()).toBe(model.shift());
          } else if ("add" in step) {
            const call = { ...step.add, id };
            removals.push([call, queue.add(call)]);
            model = sorted([...model, call]);
          } else {
            const removal = removals[step.remove];
            removal?.[1]();
            model = model.filter((call) => call !== removal?.[0]);
          }
          expect(queue.size).toBe(model.length);
          expect(queue.first).toBe(model[0]);
        }
      }),
    );
  });

  it("takes out all that are unwanted", () => {
    fc.assert(
      fc.property(places, (all) => {
        const queue = new CallQueue<Call>();
        for (const call of callsOf(all)) queue.add(call);
        queue.removeAll(({ createdAt }) => createdAt % 2 === 0);
        const left = callsOf(all).filter(({ createdAt }) => createdAt % 2 === 1);
        expect(queue.size).toBe(left.length);
        expect(drained(queue)).toEqual(sorted(left));
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
