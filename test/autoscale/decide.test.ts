import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AutoscalingOptions } from "../../src/autoscale/autoscaling-options.ts";
import { decide, initialState, type ScalingDecision } from "../../src/autoscale/decide.ts";
import type { AutoscalingContext } from "../../src/autoscale/policy.ts";
import { contextOf, viewOf } from "./view.ts";

/** Decides again and again, as time passes; returns each decision. */
function decisions(
  loads: readonly { readonly at: number; readonly ongoing: number; readonly recent?: number }[],
  autoscaling: AutoscalingOptions = {},
  begin = 1,
): ScalingDecision[] {
  let count = begin;
  let state = initialState(begin, loads[0]?.at ?? 0);
  return loads.map(({ at, ongoing, recent = ongoing }) => {
    const context = contextOf({ now: at, ongoing, recent, targetReplicas: count }, autoscaling);
    const decision = decide(viewOf(context, state));
    ({ count, state } = decision);
    return decision;
  });
}

const counts = (...given: Parameters<typeof decisions>) =>
  decisions(...given).map(({ count }) => count);

describe("a decision", () => {
  it("goes up once more has been wanted for the delay", () => {
    const loads = [0, 1_000, 2_999, 3_000].map((at) => ({ at, ongoing: 4 }));
    expect(counts(loads)).toEqual([1, 1, 1, 2]);
    expect(decisions(loads)[1]).toMatchObject({ dueInMs: 2_000, desired: 2, reason: "load" });
  });

  it("begins the delay anew when the load was low for a moment", () => {
    const loads = [4, 4, 2, 4, 4].map((ongoing, at) => ({ at: at * 2_000, ongoing }));
    expect(counts(loads)).toEqual([1, 1, 1, 1, 1]);
  });

  it("goes down, after the delay, to the most that was wanted meanwhile", () => {
    const loads = [6, 1, 3, 1, 1].map((ongoing, at) => ({ at: at * 20_000, ongoing }));
    const last = { at: 80_001, ongoing: 1 };
    expect(counts([...loads, last], {}, 3)).toEqual([3, 3, 3, 3, 2, 2]);
  });

  it("goes up at once when the newest load is over twice the target, and follows it for a while", () => {
    const loads = [
      { at: 0, ongoing: 1, recent: 4 },
      { at: 250, ongoing: 1.5, recent: 4.1 },
      { at: 500, ongoing: 2, recent: 8 },
      { at: 10_250, ongoing: 6, recent: 10 },
      { at: 10_500, ongoing: 6, recent: 10 },
    ];
    const all = decisions(loads);
    expect(all.map(({ count }) => count)).toEqual([1, 3, 4, 4, 4]);
    expect(all[1]?.reason).toBe("panic");
  });

  it("goes from zero at once, and to the one that is left no faster than from several", () => {
    const held = contextOf({ queued: 1, targetReplicas: 0 }, { minReplicas: 0 });
    expect(decide(viewOf(held))).toMatchObject({ count: 1, reason: "waiting call" });
    const idle = [0, 59_999, 60_000, 60_001].map((at) => ({ at, ongoing: 0 }));
    const zero = { minReplicas: 0, downscaleToZeroDelayMs: 100_000 };
    expect(counts([...idle, { at: 100_000, ongoing: 0 }], zero, 3)).toEqual([3, 3, 1, 1, 0]);
  });

  it("says what there is no room for, and keeps what is promised", () => {
    const context = contextOf({ ongoing: 20, recent: 20 }, { minReplicas: 2 });
    expect(decide(viewOf({ ...context, targetReplicas: 2 }, undefined, 4))).toMatchObject({
      count: 4,
      desired: 10,
      unplaced: 6,
    });
    expect(decide(viewOf({ ...context, targetReplicas: 2 }, undefined, 0)).count).toBe(2);
  });

  it("keeps the count where a policy fails, within the bounds", () => {
    const broken = {
      policy: () => {
        throw new TypeError("no idea");
      },
    };
    const decision = decide(viewOf(contextOf({ targetReplicas: 4 }, broken)));
    expect(decision).toMatchObject({ count: 4, reason: "policy failed" });
    const bounded = decide(viewOf(contextOf({ targetReplicas: 4 }, { ...broken, maxReplicas: 3 })));
    expect(bounded.count).toBe(3);
  });

  it.each([Number.NaN, -1, "3", undefined, Promise.resolve(3)])(
    "takes %s of a policy for a failure",
    (answer) => {
      const policy = () => answer as number;
      expect(viewOf(contextOf({}, { policy })).wish).toMatchObject({
        problem: expect.stringContaining("must return a number of at least 0, got"),
      });
    },
  );

  it("takes a policy's fractions up, and infinity as the most", () => {
    const up = { upscaleDelayMs: 0, policy: () => 2.1 };
    expect(decide(viewOf(contextOf({}, up))).count).toBe(3);
    const most = { ...up, maxReplicas: 7, policy: () => Number.POSITIVE_INFINITY };
    expect(decide(viewOf(contextOf({}, most))).count).toBe(7);
  });
});

const options = fc
  .record({
    minReplicas: fc.integer({ min: 0, max: 4 }),
    spread: fc.integer({ min: 0, max: 20 }),
    targetOngoingRequests: fc.constantFrom(0.5, 1, 2, 10),
    upscaleDelayMs: fc.constantFrom(0, 1_000, 3_000),
    downscaleDelayMs: fc.constantFrom(0, 5_000, 60_000),
    upscalingFactor: fc.constantFrom(0.5, 1, 2),
    downscalingFactor: fc.constantFrom(0.5, 1, 2),
  })
  .map(({ spread, ...rest }) => ({ ...rest, maxReplicas: Math.max(1, rest.minReplicas + spread) }));
const steps = fc.array(
  fc.record({
    passMs: fc.constantFrom(0, 100, 250, 1_000, 10_000),
    ongoing: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 60, noNaN: true })),
    queued: fc.nat(3),
    most: fc.constantFrom(0, 3, 10, Number.POSITIVE_INFINITY),
  }),
  { maxLength: 60 },
);

describe("decisions, whatever comes", () => {
  const run = (
    autoscaling: AutoscalingOptions,
    given: readonly (Partial<AutoscalingContext> & { passMs: number; most?: number })[],
    each: (context: AutoscalingContext, decision: ScalingDecision) => void,
  ) => {
    let count = autoscaling.minReplicas ?? 1;
    let [now, state] = [0, initialState(count, 0)];
    for (const { passMs, most, ...load } of given) {
      now += passMs;
      const context = contextOf({ now, targetReplicas: count, ...load }, autoscaling);
      const decision = decide(viewOf(context, state, most));
      each(context, decision);
      ({ count, state } = decision);
    }
  };

  it("stay within the bounds", () => {
    fc.assert(
      fc.property(options, steps, (autoscaling, given) => {
        run(autoscaling, given, (_context, { count, dueInMs }) => {
          expect(count).toBeGreaterThanOrEqual(autoscaling.minReplicas);
          expect(count).toBeLessThanOrEqual(autoscaling.maxReplicas);
          expect(dueInMs).toBeGreaterThanOrEqual(0);
        });
      }),
    );
  });

  it("never go down before the delay is over since as many were wanted, or given", () => {
    fc.assert(
      fc.property(options, steps, (autoscaling, given) => {
        let wanted: { count: number; at: number }[] = [];
        run(
          autoscaling,
          given.map((one) => ({ ...one, most: Number.POSITIVE_INFINITY })),
          ({ now, targetReplicas }, { count, desired }) => {
            const { downscaleDelayMs } = autoscaling;
            const lately = wanted.filter(({ at }) => now - at < downscaleDelayMs);
            if (count < targetReplicas) {
              for (const one of lately) expect(one.count).toBeLessThanOrEqual(count);
            }
            wanted = [...wanted, { at: now, count: desired }];
            if (count > targetReplicas) wanted.push({ at: now, count });
          },
        );
      }),
    );
  });

  it("come to rest under a load that stays the same", () => {
    const load = fc.double({ min: 0, max: 60, noNaN: true });
    fc.assert(
      fc.property(options, load, (autoscaling, ongoing) => {
        const directions: number[] = [];
        const given = Array.from({ length: 300 }, () => ({ passMs: 1_000, ongoing }));
        const simple = { ...autoscaling, upscalingFactor: 1, downscalingFactor: 1 };
        run(simple, given, ({ targetReplicas }, { count }) => {
          if (count !== targetReplicas) directions.push(Math.sign(count - targetReplicas));
        });
        expect(new Set(directions).size).toBeLessThanOrEqual(1);
      }),
    );
  });
});
