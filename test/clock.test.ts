import { describe, expect, it, onTestFinished, vi } from "vitest";
import { manualClock } from "../adapters/memory/clock.ts";
import { systemClock } from "../src/index.ts";

const never = new AbortController().signal;
const turn = () => new Promise((resolve) => setTimeout(resolve));

describe("manualClock", () => {
  it("wakes sleepers in the order of their time, and only those that are due", async () => {
    const clock = manualClock(1000);
    const woken: number[] = [];
    for (const ms of [30, 10, 20, 40]) void clock.sleep(ms, never).then(() => woken.push(ms));
    clock.advance(29);
    await turn();
    expect(woken).toEqual([10, 20]);
    clock.advance(1);
    await turn();
    expect(woken).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(1030);
  });

  it("wakes a sleeper whose signal aborts, and one that had aborted before", async () => {
    const clock = manualClock();
    const stop = new AbortController();
    const sleeping = clock.sleep(1000, stop.signal);
    stop.abort();
    await sleeping;
    await clock.sleep(1000, stop.signal);
    expect(clock.now()).toBe(0);
  });
});

describe("systemClock", () => {
  it("tells the time since the epoch", () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
  });

  it("sleeps for longer than a timer can", async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const months = 60 * 24 * 3_600_000;
    let awake = false;
    void systemClock.sleep(months, never).then(() => {
      awake = true;
    });
    await vi.advanceTimersByTimeAsync(months - 1);
    expect(awake).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(awake).toBe(true);
  });

  it("sleeps, and wakes early when the signal aborts", async () => {
    await systemClock.sleep(1, never);
    const stop = new AbortController();
    const sleeping = systemClock.sleep(60_000, stop.signal);
    stop.abort();
    await sleeping;
    await systemClock.sleep(60_000, stop.signal);
  });
});
