import { describe, expect, it } from "vitest";
import { type Load, simulate } from "./simulation.ts";

const TARGET = { targetLatencyMs: 100, maxBatchSize: 256 };
const accelerator = { fixedMs: 20, eachMs: 1, jitter: 0.1 };
const slow = { fixedMs: 40, eachMs: 0.1, jitter: 0.1 };

describe("targetLatencyMs", () => {
  it.each<[string, typeof slow, Load]>([
    ["few clients", accelerator, { clients: 8, thinkMs: 2 }],
    ["many clients", accelerator, { clients: 45, thinkMs: 5 }],
    ["few calls", accelerator, { perSecond: 50 }],
    ["as many calls as it can take", accelerator, { perSecond: 450 }],
    ["runs that take nearly half of it", slow, { perSecond: 350 }],
  ])("is kept for 99 of 100 items, with %s", async (_name, machine, load) => {
    const { p99Ms } = await simulate(TARGET, machine, load);
    expect(p99Ms).toBeLessThan(100);
  });

  it("gets more out of a machine than settings of one's own that do not fit", async () => {
    const clients = { clients: 8, thinkMs: 2 };
    const adaptive = await simulate(TARGET, accelerator, clients);
    for (const options of [
      { maxBatchSize: 4 },
      { maxBatchSize: 32 },
      { maxBatchSize: 32, batchWaitMs: 20 },
    ]) {
      const fixed = await simulate(options, accelerator, clients);
      expect(adaptive.perSecond).toBeGreaterThan(1.3 * fixed.perSecond);
    }
  });

  it("finds the size by itself, as long as one is fast enough", async () => {
    const options = { ...TARGET, targetLatencyMs: 50 };
    const { meanSize } = await simulate(options, accelerator, { clients: 100, thinkMs: 0 });
    expect(meanSize).toBeGreaterThan(15);
    expect(meanSize).toBeLessThan(25);
  });

  it("follows a machine that has become slower", async () => {
    const machine = { ...accelerator, slowerFrom: { ms: 4_000, factor: 2 } };
    const load = { clients: 100, thinkMs: 0 };
    const before = await simulate(TARGET, accelerator, load);
    const after = await simulate(TARGET, machine, load, { warmUpMs: 7_000, ms: 3_000 });
    expect(after.meanSize).toBeLessThan(before.meanSize / 2);
  });
});
