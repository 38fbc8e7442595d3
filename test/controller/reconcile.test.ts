import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  backoffMs,
  type DeploymentView,
  maxStartFailures,
  type ReplicaState,
  type ReplicaView,
  reconcile,
  shares,
  waveSize,
} from "../../src/controller/reconcile.ts";

const replica = (index: number, state: ReplicaState, current = true): ReplicaView => ({
  replicaId: `r${index}`,
  index,
  state,
  current,
  ongoing: 0,
});
const view = (patch: Partial<DeploymentView>): DeploymentView => ({
  wanted: 1,
  replicas: [],
  failures: 0,
  maxFailures: 3,
  everRan: false,
  failedAt: 0,
  wave: 1,
  room: Number.POSITIVE_INFINITY,
  share: 1,
  ...patch,
});
const NOTHING = {
  start: [],
  stop: [],
  giveUp: false,
  wakeInMs: Number.POSITIVE_INFINITY,
  noRoom: false,
};

describe("reconcile", () => {
  it.each<[string, Partial<DeploymentView>, object]>([
    ["starts what is missing", { wanted: 2 }, { start: [0, 1] }],
    ["takes the free indexes", { wanted: 2, replicas: [replica(1, "RUNNING")] }, { start: [0] }],
    [
      "leaves the index of one that still stops",
      { replicas: [replica(0, "STOPPING")] },
      { start: [1] },
    ],
    ["counts what starts", { replicas: [replica(0, "STARTING")] }, {}],
    [
      "stops the newest, those that start first",
      { replicas: [replica(0, "STARTING"), replica(1, "RUNNING"), replica(2, "RUNNING")] },
      { stop: ["r0", "r2"] },
    ],
    [
      "stops all when nothing is wanted",
      { wanted: 0, replicas: [replica(0, "RUNNING")] },
      { stop: ["r0"] },
    ],
    [
      "stops idle ones before busy ones, the newest first",
      {
        replicas: [
          { ...replica(0, "RUNNING"), ongoing: 0 },
          { ...replica(1, "RUNNING"), ongoing: 0 },
          { ...replica(2, "RUNNING"), ongoing: 3 },
        ],
      },
      { stop: ["r1", "r0"] },
    ],
    ["starts what there is room for", { wanted: 3, room: 1 }, { start: [0], noRoom: true }],
    ["starts nothing without room", { wanted: 1, room: 0 }, { noRoom: true }],
    ["tries again at once after one failure", { failures: 1, failedAt: 1000 }, { start: [0] }],
    ["waits after the second", { failures: 2, failedAt: 1000 }, { wakeInMs: 100 }],
    ["gives up what never ran", { failures: 3 }, { giveUp: true }],
    [
      "never gives up what ran once",
      { failures: 30, everRan: true, failedAt: 1000 },
      { wakeInMs: 10_000 },
    ],
  ])("%s", (_, patch, decision) => {
    expect(reconcile(view(patch), 1000)).toEqual({ ...NOTHING, ...decision });
  });

  it.each<[string, Partial<DeploymentView>, object]>([
    ["starts the new one first", { replicas: [replica(0, "RUNNING", false)] }, { start: [1] }],
    [
      "waits while it starts",
      { replicas: [replica(0, "RUNNING", false), replica(1, "STARTING")] },
      {},
    ],
    [
      "stops the old one once the new one runs",
      { replicas: [replica(0, "RUNNING", false), replica(1, "RUNNING")] },
      { stop: ["r0"] },
    ],
    [
      "stops at once what starts in vain",
      { replicas: [replica(0, "RUNNING", false), replica(1, "STARTING", false)], wave: 2 },
      { stop: ["r1"], start: [2] },
    ],
    [
      "stops an old one first where there is no room for both",
      {
        replicas: [replica(0, "RUNNING", false), replica(1, "RUNNING", false)],
        wanted: 2,
        room: 0,
      },
      { stop: ["r1"], noRoom: true },
    ],
    [
      "waits for what stops before it stops more",
      {
        replicas: [replica(0, "RUNNING", false), replica(1, "STOPPING", false)],
        wanted: 2,
        room: 0,
      },
      {},
    ],
    [
      "starts as many as there is room for",
      {
        replicas: [replica(0, "RUNNING", false), replica(1, "RUNNING", false)],
        wanted: 2,
        wave: 2,
        room: 1,
      },
      { start: [2], noRoom: true },
    ],
    [
      "gives the new version no more than its share",
      {
        wanted: 2,
        wave: 2,
        share: 0.1,
        replicas: [replica(0, "RUNNING", false), replica(1, "RUNNING", false)],
      },
      { start: [2] },
    ],
    [
      "keeps the old ones that its share needs",
      {
        wanted: 2,
        wave: 2,
        share: 0.1,
        replicas: [
          replica(0, "RUNNING", false),
          replica(1, "RUNNING", false),
          replica(2, "RUNNING"),
        ],
      },
      {},
    ],
    [
      "gives up a version that keeps dying, though it ran",
      { replicas: [replica(0, "RUNNING", false)], failures: 3, everRan: true },
      { giveUp: true },
    ],
  ])("updates: %s", (_, patch, decision) => {
    expect(reconcile(view(patch), 0)).toEqual({ ...NOTHING, ...decision });
  });

  it("updates without a dip in capacity, within the wave, through failures, to the end or to giving up", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.constantFrom("runs", "fails", "waits"), { maxLength: 40 }),
        fc.array(fc.boolean()),
        (wanted, wave, fates, draining) => {
          let replicas = Array.from({ length: wanted }, (_, index) =>
            replica(index, "RUNNING", false),
          );
          let [failures, everRan, now, failedAt, fresh] = [0, false, 0, 0, wanted];
          for (let round = 0; round < 300; round += 1) {
            const decision = reconcile(
              view({
                wanted,
                wave,
                replicas,
                failures,
                everRan,
                failedAt,
                maxFailures: 3 * wanted,
              }),
              now,
            );
            if (decision.giveUp) return;
            const started = decision.start.map(() => replica(fresh++, "STARTING"));
            replicas = replicas.map((one) =>
              decision.stop.includes(one.replicaId) ? { ...one, state: "STOPPING" } : one,
            );
            replicas.push(...started);
            const count = (state: ReplicaState) =>
              replicas.filter((one) => one.state === state).length;
            expect(count("RUNNING")).toBeGreaterThanOrEqual(wanted);
            expect(count("STARTING") + count("STOPPING")).toBeLessThanOrEqual(wave);
            now += Number.isFinite(decision.wakeInMs) ? decision.wakeInMs : 1;
            replicas = replicas.flatMap((one) => {
              if (one.state === "STOPPING") return draining.pop() ? [one] : [];
              if (one.state !== "STARTING") return [one];
              const fate = fates.pop() ?? "runs";
              if (fate === "waits") return [one];
              if (fate === "runs") {
                everRan = true;
                return [{ ...one, state: "RUNNING" as const }];
              }
              failures += 1;
              failedAt = now;
              return [];
            });
          }
          expect(replicas.every(({ current, state }) => current && state === "RUNNING")).toBe(true);
          expect(replicas).toHaveLength(wanted);
        },
      ),
    );
  });

  it("converges to what is wanted, from anywhere and through failures", () => {
    const states = fc.constantFrom<ReplicaState>("STARTING", "RUNNING", "STOPPING");
    fc.assert(
      fc.property(
        fc.array(states, { maxLength: 8 }),
        fc.nat(8),
        fc.array(fc.boolean()),
        (initial, wanted, failing) => {
          let replicas = initial.map((state, index) => replica(index, state));
          let [failures, failedAt, now, rounds] = [0, 0, 0, 0];
          const settled = () =>
            replicas.length === wanted && replicas.every(({ state }) => state === "RUNNING");
          while (!settled()) {
            rounds += 1;
            expect(rounds).toBeLessThan(100);
            const decision = reconcile(
              view({ wanted, replicas, failures, everRan: true, failedAt }),
              now,
            );
            expect(new Set(decision.start).size).toBe(decision.start.length);
            const kept = replicas.filter(
              ({ replicaId, state }) => state !== "STOPPING" && !decision.stop.includes(replicaId),
            );
            const started = decision.start.map((index) => replica(index, "STARTING"));
            now += Number.isFinite(decision.wakeInMs) ? decision.wakeInMs : 0;
            // Of what starts, some fails; the rest runs.
            replicas = [...kept, ...started].flatMap((one) => {
              if (one.state === "RUNNING" || !failing.pop()) {
                return [{ ...one, state: "RUNNING" as const }];
              }
              failures += 1;
              failedAt = now;
              return [];
            });
          }
          expect(new Set(replicas.map(({ index }) => index)).size).toBe(wanted);
        },
      ),
    );
  });
});

describe("shares", () => {
  it.each([
    [4, 0.01, { wantedNew: 1, keptOld: 4 }],
    [4, 0.5, { wantedNew: 2, keptOld: 2 }],
    [4, 0.9, { wantedNew: 4, keptOld: 1 }],
    [1, 0.1, { wantedNew: 1, keptOld: 1 }],
    [10, 0.3, { wantedNew: 3, keptOld: 7 }],
    [3, 1, { wantedNew: 3, keptOld: 0 }],
  ])("of %i replicas at %d", (wanted, share, expected) => {
    expect(shares({ wanted, share })).toEqual(expected);
  });
});

describe("backoffMs", () => {
  it("is nothing, then doubles from 0.1 s to 10 s", () => {
    const waits = [0, 1, 2, 3, 4, 8, 9, 10, 1000].map(backoffMs);
    expect(waits).toEqual([0, 0, 100, 200, 400, 6400, 10_000, 10_000, 10_000]);
  });
});

describe("waveSize", () => {
  it.each([
    [0.2, 1, 1],
    [0.2, 10, 2],
    [0.2, 14, 2],
    [1, 5, 5],
  ])("%d of %i replicas is %i", (fraction, replicas, expected) => {
    expect(waveSize(fraction, replicas)).toBe(expected);
  });
});

describe("maxStartFailures", () => {
  it.each([
    [20, 1, 3],
    [20, 10, 20],
    [2, 5, 2],
  ])("of %i tries and %i replicas is %i", (retries, replicas, expected) => {
    expect(maxStartFailures(retries, replicas)).toBe(expected);
  });
});
