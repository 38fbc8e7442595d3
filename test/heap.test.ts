import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Heap } from "../src/heap.ts";

interface Item {
  readonly rank: number;
  readonly id: number;
}

const byRank = (a: Item, b: Item) => a.rank - b.rank;
const ranks = fc.array(fc.integer({ min: 0, max: 10 }));
const itemsOf = (all: readonly number[]) => all.map((rank, id): Item => ({ rank, id }));

function drained(heap: Heap<Item>): Item[] {
  const items: Item[] = [];
  for (let item = heap.takeFirst(); item; item = heap.takeFirst()) items.push(item);
  return items;
}

describe("Heap", () => {
  it("gives its items in order, equal ones as they came", () => {
    fc.assert(
      fc.property(ranks, (all) => {
        const heap = new Heap(byRank);
        for (const item of itemsOf(all)) heap.add(item);
        expect(heap.size).toBe(all.length);
        expect(drained(heap)).toEqual(itemsOf(all).toSorted(byRank));
        expect(heap.size).toBe(0);
      }),
    );
  });

  it("shows them in order without giving them", () => {
    fc.assert(
      fc.property(ranks, fc.nat(20), (all, shown) => {
        const heap = new Heap(byRank);
        for (const item of itemsOf(all)) heap.add(item);
        const sorted = itemsOf(all).toSorted(byRank);
        expect(heap.inOrder().take(shown).toArray()).toEqual(sorted.slice(0, shown));
        expect(drained(heap)).toEqual(sorted);
      }),
    );
  });

  it("is right at every step, whatever is added, taken or taken out", () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ add: fc.integer({ min: 0, max: 10 }) }),
        fc.record({ remove: fc.nat(30) }),
        fc.constant("take" as const),
      ),
    );
    fc.assert(
      fc.property(steps, (all) => {
        const heap = new Heap(byRank);
        let model: Item[] = [];
        const removals: (readonly [item: Item, remove: () => void])[] = [];
        for (const [id, step] of all.entries()) {
          if (step === "take") {
            expect(heap.takeFirst()).toBe(model.shift());
          } else if ("add" in step) {
            const item = { rank: step.add, id };
            removals.push([item, heap.add(item)]);
            model = [...model, item].toSorted(byRank);
          } else {
            const removal = removals[step.remove];
            removal?.[1]();
            model = model.filter((item) => item !== removal?.[0]);
          }
          expect(heap.size).toBe(model.length);
          expect(heap.first).toBe(model[0]);
        }
      }),
    );
  });

  it("takes out all that are unwanted", () => {
    fc.assert(
      fc.property(ranks, (all) => {
        const heap = new Heap(byRank);
        for (const item of itemsOf(all)) heap.add(item);
        heap.removeAll(({ rank }) => rank % 2 === 0);
        expect(drained(heap)).toEqual(
          itemsOf(all)
            .filter(({ rank }) => rank % 2 === 1)
            .toSorted(byRank),
        );
      }),
    );
  });
});
