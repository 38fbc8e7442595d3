import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseByKey, homeOf } from "../../src/router/choose/by-key.ts";
import { candidate, candidates, type NamedCandidate } from "./candidates.ts";

const CAP = 16;
const SESSIONS = Array.from({ length: 4000 }, (_, at) => `session-${at}`);
const sizes = fc.integer({ min: 1, max: 12 });
const first = fc.nat(100_000);

const homes = (all: readonly NamedCandidate[]) =>
  SESSIONS.map((session) => chooseByKey(all, session, CAP)?.replicaId);

describe("sessions", () => {
  it("are shared out evenly", () => {
    fc.assert(
      fc.property(sizes, first, (count, from) => {
        const all = candidates(count, from);
        const counts = new Map(all.map(({ replicaId }) => [replicaId, 0]));
        for (const home of homes(all))
          counts.set(home as string, (counts.get(home as string) ?? 0) + 1);
        // Six standard deviations of a binomial distribution.
        const mean = SESSIONS.length / count;
        const spread = 6 * Math.sqrt(mean * (1 - 1 / count)) + 1;
        for (const got of counts.values()) expect(Math.abs(got - mean)).toBeLessThan(spread);
      }),
      { numRuns: 20 },
    );
  });

  it("move only to a replica that is added, and only its share of them", () => {
    fc.assert(
      fc.property(sizes, first, (count, from) => {
        const before = candidates(count, from);
        const added = candidate(`app/Model#${from + count}`);
        const [old, now] = [homes(before), homes([...before, added])];
        const moved = now.filter((home, at) => home !== old[at]);
        expect(new Set(moved)).toEqual(new Set([added.replicaId]));
        const share = SESSIONS.length / (count + 1);
        expect(Math.abs(moved.length - share)).toBeLessThan(6 * Math.sqrt(share));
      }),
      { numRuns: 20 },
    );
  });

  it("move only from a replica that goes", () => {
    fc.assert(
      fc.property(sizes, first, fc.nat(), (count, from, which) => {
        const before = candidates(count + 1, from);
        const gone = before[which % before.length] as NamedCandidate;
        const now = homes(before.filter((one) => one !== gone));
        homes(before).forEach((home, at) => {
          if (home !== gone.replicaId) expect(now[at]).toBe(home);
        });
      }),
      { numRuns: 20 },
    );
  });

  it("do not depend on the order in which replicas are known", () => {
    const all = candidates(7);
    expect(homes(all.toReversed())).toEqual(homes(all));
  });
});

describe("the load", () => {
  const loaded = fc
    .array(fc.record({ ongoing: fc.nat(CAP), full: fc.boolean() }), { minLength: 1, maxLength: 12 })
    .map((all) => all.map((one, at) => candidate(`replica ${at}`, one)));
  const mean = (all: readonly NamedCandidate[]) =>
    (all.reduce((sum, { ongoing }) => sum + ongoing, 0) + 1) / all.length;

  it("is bounded: nobody gets one more call above 1.25 times the mean and half of the cap", () => {
    fc.assert(
      fc.property(loaded, fc.string(), (all, session) => {
        const bound = Math.max(Math.ceil(1.25 * mean(all)), CAP / 2);
        const chosen = chooseByKey(all, session, CAP);
        const fit = all.filter(({ ongoing, full }) => !full && ongoing < Math.min(bound, CAP));
        if (fit.length > 0) expect(fit).toContain(chosen);
      }),
    );
  });

  it("moves no session while its replica has under half of its cap", () => {
    fc.assert(
      fc.property(loaded, fc.string(), (all, session) => {
        const home = homeOf(all, session);
        if (home && !home.full && home.ongoing < CAP / 2) {
          expect(chooseByKey(all, session, CAP)).toBe(home);
        }
      }),
    );
  });

  it("sends what its replica can't take to the next in the session's order", () => {
    const all = candidates(5);
    const order: string[] = [];
    let left = all;
    while (left.length > 0) {
      const home = homeOf(left, "a session") as NamedCandidate;
      order.push(home.replicaId);
      left = left.filter((one) => one !== home);
    }
    for (let taken = 1; taken < order.length; taken += 1) {
      const busy = order.slice(0, taken);
      const now = all.map((one) => ({ ...one, full: busy.includes(one.replicaId) }));
      expect(chooseByKey(now, "a session", CAP)?.replicaId).toBe(order[taken]);
    }
  });
});
