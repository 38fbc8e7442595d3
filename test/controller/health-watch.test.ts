import { describe, expect, it } from "vitest";
import { manualClock } from "../../adapters/memory/clock.ts";
import { ControlLoop } from "../../src/controller/control-loop.ts";
import { BLOCKED_GRACE_MS, type HealthLimits } from "../../src/controller/health.ts";
import { HealthWatch } from "../../src/controller/health-watch.ts";
import type { Vitals } from "../../src/replica/protocol.ts";

const NEVER = new Promise<void>(() => {});
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A watched replica on a clock that stands still, and what was said of it. */
function watched(check: () => Promise<void>, limits: Partial<HealthLimits> = {}) {
  const clock = manualClock();
  const loop = new ControlLoop(clock, () => health.tick() - clock.now());
  const health = new HealthWatch(clock, () => 0.5, loop.wake);
  const diagnoses: { what: string; message: string; at: number }[] = [];
  const checks: number[] = [];
  let vitals: Vitals = { ongoing: 0, turns: 0, utilization: 0 };
  let now: HealthLimits = { healthCheckPeriodMs: 1_000, healthCheckTimeoutMs: 1_500, ...limits };
  const replica = {
    replicaId: "app/Api#1",
    check: () => {
      checks.push(clock.now());
      return check();
    },
    vitals: () => vitals,
  };
  const watch = health.watch(
    replica,
    () => now,
    (what, error) => diagnoses.push({ what, message: (error as Error).message, at: clock.now() }),
  );
  return {
    watch,
    diagnoses,
    checks,
    set vitals(next: Vitals) {
      vitals = next;
    },
    set limits(next: Partial<HealthLimits>) {
      now = { ...now, ...next };
      watch.limitsChanged();
    },
    pass: async (ms: number) => {
      await turn();
      for (let left = ms; left > 0; left -= 100) {
        clock.advance(100);
        await turn();
      }
    },
  };
}

/** Throws as often as it is told, then passes. */
function failing(...outcomes: ("fails" | "passes")[]) {
  return async () => {
    if (outcomes.shift() === "fails") throw new TypeError("it feels sick");
  };
}

describe("HealthWatch", () => {
  it("checks once a period, from the start of one to that of the next", async () => {
    const { pass, checks, diagnoses } = watched(failing());
    await pass(3_500);
    expect(checks).toEqual([1_000, 2_000, 3_000]);
    expect(diagnoses).toEqual([]);
  });

  it("replaces what fails three times in a row, with its error, and leaves it alone then", async () => {
    const { pass, checks, diagnoses } = watched(failing("fails", "fails", "fails", "fails"));
    await pass(10_000);
    expect(diagnoses).toEqual([{ what: "replace", message: "it feels sick", at: 3_000 }]);
    expect(checks).toHaveLength(3);
  });

  it("forgives what passes in between", async () => {
    const { pass, diagnoses } = watched(failing("fails", "fails", "passes", "fails", "fails"));
    await pass(10_000);
    expect(diagnoses).toEqual([]);
  });

  it("counts checks that do not end, never two at a time", async () => {
    const { pass, checks, diagnoses } = watched(() => NEVER);
    await pass(10_000);
    expect(checks).toEqual([1_000, 2_500, 4_000]);
    expect(diagnoses).toEqual([
      {
        what: "replace",
        message: "app/Api#1: checkHealth did not end within 1500 ms (option healthCheckTimeoutMs)",
        at: 5_500,
      },
    ]);
  });

  it("waits as long as calls take all of the replica's time", async () => {
    const replica = watched(() => NEVER);
    let turns = 0;
    for (let second = 0; second < 60; second += 1) {
      turns += 1;
      replica.vitals = { ongoing: 1, turns, utilization: 1 };
      await replica.pass(1_000);
    }
    expect(replica.diagnoses).toEqual([]);
    expect(replica.checks).toHaveLength(1);
  });

  it("terminates what a call blocks past its deadline and a grace, no sooner", async () => {
    const replica = watched(() => NEVER, { requestTimeoutMs: 3_000 });
    replica.vitals = { ongoing: 1, turns: 1, utilization: 1 };
    const late = 3_000 + BLOCKED_GRACE_MS;
    await replica.pass(1_000 + late);
    expect(replica.diagnoses).toEqual([]);
    await replica.pass(1_000);
    expect(replica.diagnoses).toMatchObject([
      {
        what: "terminate",
        message:
          "app/Api#1: a call blocks the event loop past its deadline of 3000 ms (option requestTimeoutMs)",
      },
    ]);
  });

  it("measures a call that blocks from its own start", async () => {
    const replica = watched(() => NEVER, { requestTimeoutMs: 3_000 });
    for (let turns = 1; turns <= 3; turns += 1) {
      replica.vitals = { ongoing: 1, turns, utilization: 1 };
      await replica.pass(6_000);
    }
    expect(replica.diagnoses).toEqual([]);
  });

  it("replaces what something else than a call blocks", async () => {
    const replica = watched(() => NEVER, { requestTimeoutMs: 3_000 });
    replica.vitals = { ongoing: 0, turns: 1, utilization: 1 };
    await replica.pass(10_000);
    expect(replica.diagnoses).toMatchObject([{ what: "replace" }]);
  });

  it("takes another period at once", async () => {
    const replica = watched(failing(), { healthCheckPeriodMs: 1_000_000 });
    await replica.pass(500);
    replica.limits = { healthCheckPeriodMs: 1_000 };
    await replica.pass(2_600);
    expect(replica.checks).toEqual([1_000, 2_000, 3_000]);
  });

  it("says nothing once it is over", async () => {
    const replica = watched(() => NEVER);
    await replica.pass(1_500);
    replica.watch.end();
    await replica.pass(10_000);
    expect([replica.diagnoses, replica.checks]).toEqual([[], [1_000]]);
  });
});
