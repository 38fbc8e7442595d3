import { describe, expect, it } from "vitest";
import { contest } from "../../bench/simulate/contest.ts";
import { TRACES, traceOf } from "../../bench/simulate/traces.ts";

const HOURS = 3_600_000;

// `npm run bench -- --only simulate` has whole days.
describe("hours of simulated traffic", () => {
  it.each(TRACES)(
    "%s: no more replicas than Ray's defaults take, and a tenth of the time over target",
    (name) => {
      const { isoserve, ray } = contest(traceOf(name, 1, 6 * HOURS));
      expect(isoserve.replicaHours).toBeLessThanOrEqual(ray.replicaHours);
      expect(isoserve.overTargetS).toBeLessThanOrEqual(ray.overTargetS / 10);
    },
  );

  it("are the same each time", () => {
    const [one, other] = [
      contest(traceOf("bursty", 3, HOURS)),
      contest(traceOf("bursty", 3, HOURS)),
    ];
    expect(one).toEqual(other);
  });
});
