import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NamedNode } from "../../src/application-graph.ts";
import { ResourceLedger } from "../../src/controller/resource-ledger.ts";
import { resolveOptions } from "../../src/options.ts";
import { type Amounts, amounts, lacking, roomFor } from "../../src/resources.ts";

const amount = fc.oneof(
  fc.constantFrom(0, 0.1, 0.25, 1 / 3, 0.5, 1, 2),
  fc.double({ min: 0.001, max: 4, noNaN: true }),
);
const needs: fc.Arbitrary<Amounts> = fc.record(
  { cpus: amount, gpus: amount, memoryMb: amount },
  { requiredKeys: [] },
);

describe("roomFor", () => {
  it.each<[number, Amounts, Amounts]>([
    [3, { cpus: 0.1 }, { cpus: 0.3 }],
    [1, { cpus: 0.1 }, { cpus: 0.3 - 0.1 - 0.1 }],
    [10, { cpus: 0.1 }, { cpus: 1 }],
    [0, { gpus: 1 }, { gpus: 0.999 }],
    [0, { gpus: 1 }, { cpus: 4 }],
    [0, { gpus: 1 }, { gpus: -1 }],
    [2, { cpus: 1, gpus: 0.5 }, { cpus: 4, gpus: 1 }],
    [Number.POSITIVE_INFINITY, {}, { cpus: 4 }],
    [Number.POSITIVE_INFINITY, { gpus: 0 }, {}],
    [Number.POSITIVE_INFINITY, { cpus: 1 }, { cpus: Number.POSITIVE_INFINITY }],
  ])("%d times %j in %j", (count, one, free) => {
    expect(roomFor(one, free)).toBe(count);
  });

  it("is never negative, and what it says fits", () => {
    const free = fc.record({ cpus: fc.double({ min: -4, max: 64, noNaN: true }), gpus: amount });
    fc.assert(
      fc.property(needs, free, (one, left) => {
        const count = roomFor(one, left);
        expect(count).toBeGreaterThanOrEqual(0);
        for (const [name, need] of Object.entries(one)) {
          const has = (left as Amounts)[name] ?? 0;
          if (need > 0 && count > 0) expect(count * need).toBeLessThanOrEqual(has + 1e-8);
        }
      }),
    );
  });
});

describe("lacking", () => {
  it.each<[string, Amounts, Amounts]>([
    ["1 gpus, 0.5 free", { gpus: 1 }, { gpus: 0.5 }],
    ["2 cpus, 1 free and 1 licences, 0 free", { cpus: 2, licences: 1 }, { cpus: 1 }],
    ["1 cpus, 0.3 free", { cpus: 1, gpus: 1 }, { cpus: 0.1 + 0.2, gpus: 1 }],
  ])("%s", (text, one, free) => {
    expect(lacking(one, free)).toBe(text);
  });
});

describe("ResourceLedger", () => {
  const ledgerOf = (capacity: { cpus: number; memoryMb: number }) =>
    new ResourceLedger({ gpus: 4, custom: {}, ...capacity });

  it("gives what is free to whoever reserves, and takes it back, through any sequence", () => {
    const steps = fc.array(fc.record({ what: needs, back: fc.boolean(), which: fc.nat() }), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, (sequence) => {
        const ledger = ledgerOf({ cpus: 64, memoryMb: 64 });
        const held = new Map<string, Amounts>();
        for (const [index, { what, back, which }] of sequence.entries()) {
          const id = [...held.keys()][which % Math.max(held.size, 1)];
          if (back && id !== undefined) {
            ledger.release(id);
            held.delete(id);
          } else if (ledger.room(what) >= 1) {
            ledger.reserve(`r${index}`, what);
            held.set(`r${index}`, what);
          }
          for (const [name, free] of Object.entries(ledger.free)) {
            const sum = [...held.values()].reduce((total, one) => total + (one[name] ?? 0), 0);
            expect(free).toBeCloseTo((ledger.capacity[name] ?? 0) - sum, 9);
            expect(free).toBeGreaterThan(-1e-8);
          }
        }
        for (const id of held.keys()) ledger.release(id);
        expect(ledger.free).toEqual(ledger.capacity);
      }),
    );
  });

  it("is as exact after many replicas as at first", () => {
    const ledger = ledgerOf({ cpus: 90.1, memoryMb: 1_000_000 });
    for (let index = 0; index < 200_000; index += 1) {
      // As many at a time as there is room for, of changing sizes, the oldest leaving first.
      ledger.reserve(`r${index}`, { cpus: [0.1, 1 / 3, 0.7][index % 3] ?? 0, memoryMb: 1_000.1 });
      ledger.release(`r${index - 200}`);
    }
    for (let index = 0; index < 200_000; index += 1) ledger.release(`r${index}`);
    expect(ledger.free).toEqual(ledger.capacity);
    expect(ledger.room({ cpus: 0.1 })).toBe(901);
  });

  it("tells once, of what is given back after one asked", () => {
    const ledger = ledgerOf({ cpus: 1, memoryMb: 0 });
    const told: string[] = [];
    ledger.reserve("a", { cpus: 1 });
    ledger.whenFreed(() => told.push("freed"));
    ledger.release("unknown");
    expect(told).toEqual([]);
    ledger.release("a");
    ledger.reserve("b", { cpus: 1 });
    ledger.release("b");
    expect(told).toEqual(["freed"]);
  });

  it.each([
    [
      "one that is too much",
      [{ numReplicas: 3, resources: { cpus: 2 } }],
      "deployment(D0): option resources: 3 replicas need 6 cpus, 4 free in all",
    ],
    [
      "several that are too much together",
      [
        { numReplicas: 2, resources: { cpus: 1 } },
        { numReplicas: 3, resources: { cpus: 1 } },
      ],
      "deployments D0, D1: option resources: their replicas together need 5 cpus, 4 free in all",
    ],
  ])("refuses %s", (_what, options, message) => {
    const ledger = ledgerOf({ cpus: 4, memoryMb: 0 });
    expect(() => ledger.check(options.map(nodeOf))).toThrow(message);
  });

  it("takes what just fits", () => {
    const ledger = ledgerOf({ cpus: 0.3, memoryMb: 0 });
    ledger.check([{ numReplicas: 3, resources: { cpus: 0.1 } }].map(nodeOf));
    expect(ledger.room(amounts({ cpus: 0.1 }))).toBe(3);
  });
});

function nodeOf(options: object, index: number): NamedNode {
  const name = `D${index}`;
  return { name, target: class {}, options: resolveOptions(name, options), args: [] } as NamedNode;
}
