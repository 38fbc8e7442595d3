import type { ManualClock } from "../../adapters/memory/testing.ts";
import type { AutoscalingOptions } from "../../src/autoscale/autoscaling-options.ts";
import { LoadMeter } from "../../src/autoscale/load-meter.ts";
import { DeploymentLoad } from "../../src/autoscale/load-table.ts";
import { ApplicationScaling } from "../../src/controller/application-scaling.ts";
import { Autoscaler } from "../../src/controller/autoscaler.ts";
import { resolveOptions } from "../../src/options.ts";
import { Logger } from "../../src/telemetry/logger.ts";
import type { Scaler } from "./simulation.ts";

/** The real one: what a controller has, with the meter of a router. */
export function isoserveScaler(clock: ManualClock, autoscaling: AutoscalingOptions): Scaler {
  const load = new DeploymentLoad();
  const meter = new LoadMeter(clock.now, () => 0);
  load.add(meter, clock.now);
  let next = 0;
  const dirty = () => {
    next = clock.now();
  };
  const options = resolveOptions("Simulated", { autoscaling });
  const deployment = (running: number) => ({
    options,
    targetCapacity: undefined,
    running,
    most: Number.POSITIVE_INFINITY,
    fitting: Number.POSITIVE_INFINITY,
    shortage: "",
    stats: {},
    hasStats: false,
  });
  const environment = {
    clock,
    load,
    together: new ApplicationScaling(),
    metrics: undefined,
    log: new Logger({ write: () => {} }, clock),
    dirty,
  };
  const autoscaler = new Autoscaler("app/Simulated", deployment(1), 1, environment);
  return {
    changed: (by) => meter.change(by),
    get next() {
      return next;
    },
    decide(running) {
      next = Number.POSITIVE_INFINITY;
      const wait = autoscaler.act(deployment(running));
      next = Math.min(next, clock.now() + wait);
      return autoscaler.count;
    },
  };
}
