import { describe, expect, it } from "vitest";
import { AlarmLoop } from "../adapters/cloudflare/alarm-loop.ts";

/** A loop whose ticks ask for what a test says, with the alarms that it set. */
function looping() {
  const alarms: number[] = [];
  const state = { now: 1_000, wait: Number.POSITIVE_INFINITY, moving: false, ticks: 0 };
  const loop = new AlarmLoop(
    { setAlarm: async (at) => void alarms.push(Number(at)) },
    () => state.now,
    () => {
      state.ticks += 1;
      return state.wait;
    },
    () => state.moving,
  );
  const wake = async () => {
    loop.wake();
    await Promise.resolve();
  };
  return { alarms, state, loop, wake };
}

describe("AlarmLoop", () => {
  it("ticks once for all that happens in a turn", async () => {
    const { state, loop, wake } = looping();
    loop.wake();
    await wake();
    expect(state.ticks).toBe(1);
  });

  it("sets no alarm where nothing is due", async () => {
    const { alarms, wake } = looping();
    await wake();
    expect(alarms).toEqual([]);
  });

  it("sets the alarm for what is due next", async () => {
    const { alarms, state, wake } = looping();
    state.wait = 250.5;
    await wake();
    expect(alarms).toEqual([1251]);
  });

  it("leaves an earlier alarm, and sets the next when it has rung", async () => {
    const { alarms, state, loop, wake } = looping();
    state.wait = 100;
    await wake();
    state.wait = 500;
    await wake();
    expect(alarms).toEqual([1100]);
    state.now = 1100;
    loop.rang();
    await Promise.resolve();
    expect(alarms).toEqual([1100, 1600]);
  });

  it("comes back soon while something moves, should the object be evicted", async () => {
    const { alarms, state, wake } = looping();
    state.moving = true;
    await wake();
    expect(alarms).toEqual([6_000]);
  });
});
