import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choosePowerOfTwo } from "../../src/router/choose/power-of-two.ts";
import { ROUTER_NAMES, ROUTERS } from "../../src/router/router-option.ts";
import { candidate, candidates, wish } from "./candidates.ts";

const CAP = 4;
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const some = fc
  .array(
    fc.record({
      ongoing: fc.integer({ min: 0, max: CAP + 1 }),
      full: fc.boolean(),
      lastTurn: fc.nat(20),
    }),
  )
  .map((all) => all.map((one, at) => candidate(`replica ${at}`, one)));
const keys = fc.record({ shardKey: fc.string(), sessionId: fc.string() }, { requiredKeys: [] });

describe.each(ROUTER_NAMES)("%s", (name) => {
  it("never picks one without room, and picks one when any has room", () => {
    fc.assert(
      fc.property(some, keys, fc.array(random), (all, affinity, numbers) => {
        const choosing = { cap: CAP, random: () => numbers.shift() ?? 0 };
        const chosen = ROUTERS[name](all, wish(affinity), choosing);
        const room = all.filter(({ ongoing, full }) => !full && ongoing < CAP);
        if (room.length === 0) expect(chosen).toBeUndefined();
        else expect(room).toContain(chosen);
      }),
    );
  });

  it("spreads calls over equals", () => {
    const all = candidates(4);
    const choosing = { cap: 1, random: Math.random };
    const chosen = Array.from({ length: 200 }, (_, at) =>
      ROUTERS[name](all, wish({}, `request ${at}`), choosing),
    );
    expect(new Set(chosen).size).toBe(4);
  });
});

describe("powerOfTwo", () => {
  it("takes the less loaded one of two", () => {
    fc.assert(
      fc.property(random, random, (first, second) => {
        const numbers = [first, second];
        const [idle, busy] = [candidate("idle", { ongoing: 1 }), candidate("busy", { ongoing: 2 })];
        const choosing = { cap: CAP, random: () => numbers.shift() ?? 0 };
        expect(choosePowerOfTwo([busy, idle], wish(), choosing)).toBe(idle);
      }),
    );
  });
});

describe("leastLoaded", () => {
  it("takes the least loaded of those with room", () => {
    fc.assert(
      fc.property(some, random, (all, number) => {
        const chosen = ROUTERS.leastLoaded(all, wish(), { cap: CAP, random: () => number });
        const room = all.filter(({ ongoing, full }) => !full && ongoing < CAP);
        const least = Math.min(...room.map(({ ongoing }) => ongoing));
        expect(chosen?.ongoing ?? Number.POSITIVE_INFINITY).toBe(least);
      }),
    );
  });
});

describe("roundRobin", () => {
  it("takes each in turn, past those that are full", () => {
    const all = candidates(4).map((one) => ({ ...one, lastTurn: 0, full: false }));
    const take = (turn: number) => {
      const chosen = ROUTERS.roundRobin(all, wish(), { cap: 1, random: Math.random });
      if (chosen) chosen.lastTurn = turn;
      return chosen?.replicaId;
    };
    const order = [1, 2, 3, 4].map(take);
    expect(new Set(order).size).toBe(4);
    expect([5, 6, 7, 8].map(take)).toEqual(order);
    const third = all.find(({ replicaId }) => replicaId === order[2]);
    if (third) third.full = true;
    expect([9, 10, 11].map(take)).toEqual([order[0], order[1], order[3]]);
    if (third) third.full = false;
    expect(take(12)).toBe(order[2]);
  });
});

describe("consistentHash", () => {
  const choosing = { cap: CAP, random: Math.random };
  const all = candidates(8);

  it.each([
    ["the session", (key: string) => wish({ sessionId: key, shardKey: Math.random() })],
    ["else the shard key", (key: string) => wish({ shardKey: key }, String(Math.random()))],
    ["else the request", (key: string) => wish({}, key)],
  ])("goes by %s", (_what, of) => {
    for (const key of ["a", "b", "c", "d"]) {
      const chosen = new Set(
        Array.from({ length: 20 }, () => ROUTERS.consistentHash(all, of(key), choosing)),
      );
      expect(chosen.size).toBe(1);
    }
  });
});
