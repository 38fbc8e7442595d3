import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choosePowerOfTwo } from "../../src/router/choose.ts";

const CAP = 4;
const candidates = fc.array(
  fc.record({ ongoing: fc.integer({ min: 0, max: CAP + 1 }), full: fc.boolean() }),
);
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("choosePowerOfTwo", () => {
  it("never picks one without room, and picks one when any has room", () => {
    fc.assert(
      fc.property(candidates, random, random, (all, first, second) => {
        const numbers = [first, second];
        const chosen = choosePowerOfTwo(all, CAP, () => numbers.shift() ?? 0);
        const room = all.filter(({ ongoing, full }) => !full && ongoing < CAP);
        if (room.length === 0) expect(chosen).toBeUndefined();
        else expect(room).toContain(chosen);
      }),
    );
  });

  it("takes the less loaded one of two", () => {
    fc.assert(
      fc.property(random, random, (first, second) => {
        const numbers = [first, second];
        const [idle, busy] = [
          { ongoing: 1, full: false },
          { ongoing: 2, full: false },
        ];
        expect(choosePowerOfTwo([busy, idle], CAP, () => numbers.shift() ?? 0)).toBe(idle);
      }),
    );
  });

  it("spreads calls over equals", () => {
    const all = Array.from({ length: 4 }, () => ({ ongoing: 0, full: false }));
    const chosen = new Set(
      Array.from({ length: 200 }, () => choosePowerOfTwo(all, 1, Math.random)),
    );
    expect(chosen.size).toBe(4);
  });
});
