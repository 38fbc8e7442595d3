import { describe, expect, it } from "vitest";
import { manualClock } from "../../adapters/memory/testing.ts";
import { LoadMeter } from "../../src/autoscale/load-meter.ts";
import { DeploymentLoad } from "../../src/autoscale/load-table.ts";
import { ApplicationScaling } from "../../src/controller/application-scaling.ts";
import { Autoscaler } from "../../src/controller/autoscaler.ts";
import { resolveOptions } from "../../src/options.ts";
import { Logger } from "../../src/telemetry/logger.ts";

function scaling() {
  const clock = manualClock(1_000_000);
  const load = new DeploymentLoad();
  const meter = new LoadMeter(clock.now, () => 0);
  load.add(meter, clock.now);
  let asked = 0;
  const deployment = {
    options: resolveOptions("Model", { autoscaling: {} }),
    targetCapacity: undefined,
    running: 1,
    most: Number.POSITIVE_INFINITY,
    fitting: Number.POSITIVE_INFINITY,
    shortage: "",
    stats: {},
    hasStats: false,
  };
  const autoscaler = new Autoscaler("app/Model", deployment, 1, {
    clock,
    load,
    together: new ApplicationScaling(),
    metrics: undefined,
    log: new Logger({ write: () => {} }, clock),
    dirty: () => {
      asked += 1;
    },
  });
  return { clock, meter, act: () => autoscaler.act(deployment), asked: () => asked };
}

describe("an autoscaler", () => {
  it("is told of the first call, and looks by itself while the load changes", () => {
    const { clock, meter, act, asked } = scaling();
    expect(act()).toBe(Number.POSITIVE_INFINITY);
    clock.advance(100);
    meter.change(1);
    meter.change(1);
    expect(asked()).toBe(1);
    clock.advance(100);
    expect(act()).toBe(250);
    clock.advance(100);
    meter.change(-1);
    expect(asked()).toBe(1);
  });

  it("rests under a load that stays as it is, but for a look now and then", () => {
    const { clock, meter, act, asked } = scaling();
    meter.change(1);
    for (let ms = 0; ms < 10_000; ms += 250) {
      act();
      clock.advance(250);
    }
    expect(act()).toBe(10_000);
    const before = asked();
    meter.change(1);
    expect(asked()).toBe(before + 1);
  });

  it("is told of a change again where the look that it wanted has not come", () => {
    const { clock, meter, act, asked } = scaling();
    act();
    clock.advance(100);
    meter.change(1);
    clock.advance(100);
    expect(act()).toBe(250);
    clock.advance(5_000);
    meter.change(1);
    expect(asked()).toBe(2);
  });
});
