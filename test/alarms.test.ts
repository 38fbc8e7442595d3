import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { manualClock } from "../adapters/memory/clock.ts";
import { Alarms } from "../src/alarms.ts";
import { systemClock } from "../src/index.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve));

/** Alarms, and the sleeps they are made of. */
function counted() {
  const clock = manualClock();
  const sleeps: number[] = [];
  let asleep = 0;
  const alarms = new Alarms({
    now: clock.now,
    sleep: async (ms, signal) => {
      sleeps.push(ms);
      asleep += 1;
      await clock.sleep(ms, signal);
      asleep -= 1;
    },
  });
  return { clock, alarms, sleeps, asleep: () => asleep };
}

describe("Alarms", () => {
  it("ring when their time has come, the earliest first, but not those taken back", async () => {
    const sets = fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.boolean()));
    const steps = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(sets, steps, async (all, advances) => {
        const { clock, alarms } = counted();
        const rung: number[] = [];
        for (const [at, takenBack] of all) {
          const takeBack = alarms.set(at, () => rung.push(at));
          if (takenBack) takeBack();
        }
        const kept = all.flatMap(([at, takenBack]) => (takenBack ? [] : [at]));
        kept.sort((a, b) => a - b);
        for (const ms of advances) {
          clock.advance(ms);
          await turn();
          expect(rung).toEqual(kept.filter((at) => at <= clock.now()));
        }
      }),
    );
  });

  it("share one timer, and set it anew only for an earlier one", async () => {
    const { alarms, sleeps, asleep } = counted();
    for (let at = 100; at < 1100; at += 1) alarms.set(at, () => {});
    expect(sleeps).toEqual([100]);
    alarms.set(50, () => {});
    await turn();
    expect(sleeps).toEqual([100, 50]);
    expect(asleep()).toBe(1);
  });

  it("leave no timer for long once all are taken back", async () => {
    const { clock, alarms, sleeps, asleep } = counted();
    alarms.set(60_000, () => {})();
    expect(Math.max(...sleeps)).toBeLessThan(1000);
    clock.advance(1000);
    await turn();
    expect(asleep()).toBe(0);
  });

  it("may be set by one that rings", async () => {
    const { clock, alarms } = counted();
    const rung: string[] = [];
    alarms.set(10, () => {
      rung.push("first");
      alarms.set(20, () => rung.push("second"));
      alarms.set(5, () => rung.push("at once"));
    });
    clock.advance(10);
    await turn();
    clock.advance(0);
    await turn();
    expect(rung).toEqual(["first", "at once"]);
    clock.advance(10);
    await turn();
    expect(rung).toEqual(["first", "at once", "second"]);
  });
});

describe("systemClock.alarm", () => {
  it("rings at its time, not before", async () => {
    const at = systemClock.now() + 20;
    await new Promise<void>((resolve) => systemClock.alarm(at, resolve));
    expect(systemClock.now()).toBeGreaterThanOrEqual(at);
  });
});
