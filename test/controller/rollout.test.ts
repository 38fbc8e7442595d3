import { describe, expect, it } from "vitest";
import { type RolloutView, rolloutStep } from "../../src/controller/rollout.ts";

const view = (patch: Partial<RolloutView>): RolloutView => ({
  plan: {
    steps: [0.01, 0.5, 1],
    holdMs: 60_000,
    abortIf: { errorRate: 0.05, p99Ms: 200, minRequests: 10 },
  },
  step: 0,
  since: 0,
  stats: { requests: 0, errors: 0, p99Ms: Number.NaN },
  ...patch,
});

describe("rolloutStep", () => {
  it.each<[string, Partial<RolloutView>, number, object]>([
    [
      "holds a step",
      {},
      30_500,
      {
        action: "hold",
        reason: "step 1 of 3 (1 % of the traffic): held for 30 s more",
        wakeInMs: 1_000,
      },
    ],
    ["wakes when the step is over", {}, 59_900, { action: "hold", wakeInMs: 100 }],
    ["goes on when it was held", {}, 60_000, { action: "advance" }],
    [
      "waits for the step's replicas",
      { since: undefined },
      90_000,
      { action: "hold", wakeInMs: Number.POSITIVE_INFINITY },
    ],
    ["does not hold the last step", { step: 2, since: 90_000 }, 90_000, { action: "finish" }],
    [
      "goes back when too many calls fail",
      { stats: { requests: 10, errors: 1, p99Ms: 5 } },
      10,
      {
        action: "abort",
        reason: "step 1 of 3 (1 % of the traffic): 1 of 10 calls failed (abortIf.errorRate 0.05)",
      },
    ],
    [
      "goes back when calls take too long",
      { step: 1, stats: { requests: 100, errors: 0, p99Ms: 250.4 } },
      10,
      { action: "abort", reason: expect.stringContaining("99th percentile is 250 ms") },
    ],
    [
      "judges nothing by too few calls",
      { stats: { requests: 9, errors: 9, p99Ms: 900 } },
      10,
      { action: "hold" },
    ],
    [
      "goes by what limits there are",
      {
        plan: { steps: [0.1, 1], holdMs: 1, abortIf: {} },
        stats: { requests: 99, errors: 99, p99Ms: 9e9 },
      },
      10,
      { action: "advance" },
    ],
  ])("%s", (_, patch, now, decision) => {
    expect(rolloutStep(view(patch), now)).toMatchObject(decision);
  });
});
