import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { manualClock } from "../../adapters/memory/testing.ts";
import { LoadMeter } from "../../src/autoscale/load-meter.ts";
import { ReportedLoad } from "../../src/autoscale/load-report.ts";
import { LoadReporter } from "../../src/autoscale/load-reporter.ts";
import { DeploymentLoad } from "../../src/autoscale/load-table.ts";
import { LoadWindow } from "../../src/autoscale/load-window.ts";

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("the load of a deployment", () => {
  it("is averaged by time, however often it is looked at", () => {
    const changes = fc.array(
      fc.record({ ms: fc.integer({ min: 1, max: 3_000 }), calls: fc.nat(20), looks: fc.boolean() }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(changes, (given) => {
        const clock = manualClock(1_700_000_000_000);
        const meter = new LoadMeter(clock.now, () => 0);
        const load = new DeploymentLoad();
        const window = new LoadWindow();
        const look = () => window.add(clock.now(), load.read(clock.now()).area, 10_000);
        load.add(meter, clock.now);
        look();
        const each: number[] = [];
        let calls = 0;
        for (const one of given) {
          meter.change(one.calls - calls);
          calls = one.calls;
          clock.advance(one.ms);
          for (let ms = 0; ms < one.ms; ms += 1) each.push(calls);
          // What is older than the window, and not looked at, is only known as a mean.
          if (one.looks || each.length > 10_000) look();
        }
        look();
        const last = each.slice(-Math.min(each.length, 10_000));
        if (each.length > 10_000) return;
        const mean = last.reduce((sum, one) => sum + one, 0) / last.length;
        expect(window.mean(10_000)).toBeCloseTo(mean, 6);
      }),
    );
  });

  it("is that of a part of the window where that is asked for", () => {
    const window = new LoadWindow();
    for (const [at, area] of [
      [0, 0],
      [9_000, 9_000],
      [10_000, 14_000],
    ] as const)
      window.add(at, area, 10_000);
    expect(window.mean(1_000)).toBe(5);
    expect(window.mean(2_000)).toBe(3);
    expect(window.mean(10_000)).toBe(1.4);
    expect(new LoadWindow().mean(10_000)).toBe(0);
  });

  it("adds up over callers, and keeps what those had that are gone", () => {
    const clock = manualClock();
    const load = new DeploymentLoad();
    const one = new LoadMeter(clock.now, () => 1);
    const leave = load.add(one, clock.now);
    load.add(new ReportedLoad({ at: 0, queued: 1, running: 2, area: 500, held: false }), clock.now);
    one.change(4);
    clock.advance(1_000);
    expect(load.read(1_000)).toEqual({ queued: 2, running: 5, area: 7_000 });
    leave();
    expect(load.read(1_000)).toEqual({ queued: 1, running: 2, area: 7_000 });
    clock.advance(1_000);
    expect(load.read(2_000).area).toBe(10_000);
  });

  it("is told of once until it is read, and at once when a call is held", () => {
    const clock = manualClock();
    const meter = new LoadMeter(clock.now, () => 0);
    const told: boolean[] = [];
    meter.watch((held) => told.push(held));
    for (let call = 0; call < 5; call += 1) meter.change(1);
    meter.held();
    meter.held();
    expect(told).toEqual([false, true]);
    meter.read(0);
    meter.change(-1);
    expect(told).toEqual([false, true, false]);
  });

  it("of a caller that reports no more ends in time", () => {
    const gone = new ReportedLoad({ at: 0, queued: 0, running: 3, area: 0, held: false }, 2_000);
    expect(gone.read(2_000)).toEqual({ queued: 0, running: 3, area: 6_000 });
    expect(gone.read(9_000)).toEqual({ queued: 0, running: 0, area: 6_000 });
  });
});

describe("a reporter", () => {
  function reporting() {
    const clock = manualClock();
    const sent: [number, number, boolean][] = [];
    const reporter = new LoadReporter(clock, (_key, { at, running, held }) =>
      sent.push([at, running, held]),
    );
    const meter = new LoadMeter(clock.now, () => 0);
    const leave = reporter.add("app/d", meter);
    sent.length = 0;
    return { clock, sent, meter, leave };
  }

  it("reports a change at once, what changes on ten times a second, and then is quiet", async () => {
    const { clock, sent, meter } = reporting();
    for (let ms = 0; ms < 300; ms += 10) {
      meter.change(1);
      clock.advance(10);
      await settle();
    }
    clock.advance(100);
    await settle();
    clock.advance(60_000);
    await settle();
    expect(sent.map(([at]) => at)).toEqual([0, 100, 200, 300, 400].slice(0, sent.length));
    expect(sent.at(-1)?.[1]).toBe(30);
    meter.change(-30);
    expect(sent.at(-1)).toEqual([60_400, 0, false]);
  });

  it("reports a held call at once, and a caller that leaves as one without calls", () => {
    const { sent, meter, leave } = reporting();
    meter.change(1);
    meter.held();
    leave();
    expect(sent.map(([, running, held]) => [running, held])).toEqual([
      [1, false],
      [1, true],
      [0, false],
    ]);
  });
});
