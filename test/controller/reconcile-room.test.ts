import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DeploymentView,
  type ReplicaState,
  type ReplicaView,
  reconcile,
  serves,
} from "../../src/controller/reconcile.ts";

const STATES: readonly ReplicaState[] = [
  "STARTING",
  "UPDATING",
  "RUNNING",
  "RECOVERING",
  "STOPPING",
];

const replicas = fc
  .array(
    fc.record({
      state: fc.constantFrom(...STATES),
      current: fc.boolean(),
      ongoing: fc.nat(2),
    }),
    { maxLength: 8 },
  )
  .map((all) => all.map((one, index): ReplicaView => ({ replicaId: `r${index}`, index, ...one })));

const views: fc.Arbitrary<DeploymentView> = fc.record({
  wanted: fc.nat(5),
  replicas,
  failures: fc.nat(4),
  maxFailures: fc.constant(3),
  everRan: fc.boolean(),
  failedAt: fc.constantFrom(0, 900, 1_000),
  wave: fc.integer({ min: 1, max: 4 }),
  share: fc.constant(1),
  room: fc.constantFrom(0, 0, 1, 2, Number.POSITIVE_INFINITY),
});

const NOW = 1_000;

/** One that outlived its controller does, too. */
function takesCalls(replica: ReplicaView): boolean {
  return serves(replica) || replica.state === "RECOVERING";
}

/** What an update has under way: new ones that start, old ones that stop. */
function underWay(view: DeploymentView): number {
  return view.replicas.filter(({ state, current }) =>
    current ? state === "STARTING" : state === "STOPPING",
  ).length;
}

describe("reconcile, of any state of a deployment", () => {
  it("starts what there is room for, under names that are free", () => {
    fc.assert(
      fc.property(views, (view) => {
        const { start } = reconcile(view, NOW);
        expect(start.length).toBeLessThanOrEqual(view.room);
        const taken = [...view.replicas.map(({ index }) => index), ...start];
        expect(new Set(taken).size).toBe(taken.length);
      }),
    );
  });

  it("stops each of those that live at most once", () => {
    fc.assert(
      fc.property(views, (view) => {
        const { stop } = reconcile(view, NOW);
        const alive = view.replicas.filter(({ state }) => state !== "STOPPING");
        expect(alive.map(({ replicaId }) => replicaId)).toEqual(expect.arrayContaining([...stop]));
        expect(new Set(stop).size).toBe(stop.length);
      }),
    );
  });

  it("takes no more than the wave at a time", () => {
    fc.assert(
      fc.property(views, (view) => {
        const { start, stop } = reconcile(view, NOW);
        const updating = view.replicas.some(
          ({ current, state }) => !current && state !== "STOPPING",
        );
        fc.pre(view.wanted > 0 && updating && start.length > 0);
        expect(underWay(view) + stop.length + start.length).toBeLessThanOrEqual(view.wave);
      }),
    );
  });

  it("lets capacity fall under what is wanted only for want of room, and only where nothing moves", () => {
    fc.assert(
      fc.property(views, (view) => {
        const { start, stop, wakeInMs, noRoom } = reconcile(view, NOW);
        const serving = view.replicas.filter(takesCalls);
        const left = serving.filter(({ replicaId }) => !stop.includes(replicaId)).length;
        fc.pre(left < Math.min(view.wanted, serving.length));
        expect({ room: view.room, start, wakeInMs, noRoom, moves: underWay(view) }).toEqual({
          room: 0,
          start: [],
          wakeInMs: Number.POSITIVE_INFINITY,
          noRoom: true,
          moves: 0,
        });
        expect(serving.length - left).toBeLessThanOrEqual(view.wave);
      }),
    );
  });

  it("does something, waits for something, or says what is missing", () => {
    fc.assert(
      fc.property(views, (view) => {
        const { start, stop, giveUp, wakeInMs, noRoom } = reconcile(view, NOW);
        const alive = view.replicas.filter(({ state }) => state !== "STOPPING");
        const complete =
          alive.length === view.wanted &&
          alive.every(({ current }) => view.wanted === 0 || current);
        const moves = view.replicas.some((replica) => !serves(replica));
        const acts =
          start.length + stop.length > 0 || giveUp || wakeInMs < Number.POSITIVE_INFINITY;
        expect(complete || acts || moves || noRoom).toBe(true);
      }),
    );
  });
});

describe("an update on a host of bounded room", () => {
  it("ends, with no dip where there is room for one more, and with one of a wave where there is none", () => {
    const counts = fc.record({
      wanted: fc.integer({ min: 1, max: 8 }),
      wave: fc.integer({ min: 1, max: 8 }),
      spare: fc.nat(4),
      lingering: fc.array(fc.boolean(), { maxLength: 30 }),
    });
    fc.assert(
      fc.property(counts, ({ wanted, wave, spare, lingering }) => {
        const host = updateOf(wanted, wave, wanted + spare, [...lingering]);
        for (let round = 0; !host.done(); round += 1) {
          expect(round).toBeLessThan(200);
          expect(host.running()).toBeGreaterThanOrEqual(spare > 0 ? wanted : wanted - wave);
          host.step();
        }
        expect(host.running()).toBe(wanted);
      }),
    );
  });
});

/** Replaces running replicas on a host with so many places, where each takes one until it is gone. */
function updateOf(wanted: number, wave: number, places: number, lingering: boolean[]) {
  const replica = (index: number, state: ReplicaState, current: boolean): ReplicaView => ({
    replicaId: `${current ? "new" : "old"}${index}#${fresh++}`,
    index,
    state,
    current,
    ongoing: 0,
  });
  let fresh = 0;
  let all = Array.from({ length: wanted }, (_, index) => replica(index, "RUNNING", false));
  return {
    running: () => all.filter(serves).length,
    done: () => all.length === wanted && all.every((one) => one.current && serves(one)),
    step: () => {
      // What was begun before comes to its end, or takes longer.
      all = all.flatMap((one) => {
        if (serves(one) || lingering.pop()) return [one];
        return one.state === "STARTING" ? [{ ...one, state: "RUNNING" as const }] : [];
      });
      const { start, stop } = reconcile(
        {
          wanted,
          wave,
          replicas: all,
          share: 1,
          room: places - all.length,
          failures: 0,
          maxFailures: 3,
          everRan: true,
          failedAt: 0,
        },
        NOW,
      );
      all = all.map((one) => (stop.includes(one.replicaId) ? { ...one, state: "STOPPING" } : one));
      all.push(...start.map((index) => replica(index, "STARTING", true)));
      expect(all.length).toBeLessThanOrEqual(places);
    },
  };
}
