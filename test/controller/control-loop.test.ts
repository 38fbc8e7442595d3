import { describe, expect, it } from "vitest";
import { manualClock } from "../../adapters/memory/clock.ts";
import { ControlLoop } from "../../src/controller/control-loop.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve));

describe("ControlLoop", () => {
  it("ticks once for all that happens in a turn", async () => {
    let ticks = 0;
    const loop = new ControlLoop(manualClock(), () => {
      ticks += 1;
      return Number.POSITIVE_INFINITY;
    });
    loop.wake();
    loop.wake();
    await turn();
    expect(ticks).toBe(1);
  });

  it("sleeps as long as the tick asks, unless woken", async () => {
    const clock = manualClock();
    const waits = [100, 200, Number.POSITIVE_INFINITY];
    const ticked: number[] = [];
    const loop = new ControlLoop(clock, () => {
      ticked.push(clock.now());
      return waits.shift() ?? Number.POSITIVE_INFINITY;
    });
    loop.wake();
    await turn();
    clock.advance(100);
    await turn();
    clock.advance(50);
    loop.wake();
    await turn();
    clock.advance(1000);
    await turn();
    expect(ticked).toEqual([0, 100, 150]);
  });
});
