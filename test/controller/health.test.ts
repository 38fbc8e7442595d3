import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BLOCKED_GRACE_MS,
  type CheckView,
  type HealthLimits,
  jittered,
  judge,
  type Loop,
  loopBetween,
  nextLookMs,
  type Verdict,
} from "../../src/controller/health.ts";
import type { Vitals } from "../../src/replica/protocol.ts";

const LIMITS: HealthLimits = { healthCheckPeriodMs: 1_000, healthCheckTimeoutMs: 300 };
const DEADLINE = { ...LIMITS, requestTimeoutMs: 2_000 };
const LATE = 2_000 + BLOCKED_GRACE_MS;

const view = (patch: Partial<CheckView>): CheckView => ({
  outcome: "silent",
  outMs: 0,
  strikes: 0,
  loop: "free",
  blockedMs: 0,
  ...patch,
});

describe("judge", () => {
  it.each<[Verdict, Partial<CheckView>]>([
    ["healthy", { outcome: "passed" }],
    ["healthy", { outcome: "passed", strikes: 2, outMs: 1_000_000 }],
    ["strike", { outcome: "failed" }],
    ["strike", { outcome: "failed", strikes: 1 }],
    ["replace", { outcome: "failed", strikes: 2 }],
    ["wait", { outMs: 299 }],
    ["strike", { outMs: 300 }],
    ["strike", { outMs: 300, strikes: 1 }],
    ["replace", { outMs: 300, strikes: 2 }],
    ["wait", { outMs: 1_000_000, strikes: 2, loop: "busy" }],
    ["wait", { outMs: LATE, strikes: 2, loop: "blocked", blockedMs: LATE }],
    ["terminate", { outMs: LATE + 1, loop: "blocked", blockedMs: LATE + 1 }],
    ["strike", { outcome: "failed", loop: "blocked", blockedMs: LATE + 1 }],
  ])("%s: %j", (verdict, patch) => {
    expect(judge(view(patch), DEADLINE)).toBe(verdict);
  });

  it("ends what blocks past its deadline after the deployment's own grace, where it has one", () => {
    const limits = { ...DEADLINE, terminateAfterCancelMs: 100 };
    const late = DEADLINE.requestTimeoutMs + 100;
    const blocked = (blockedMs: number) => view({ outMs: blockedMs, loop: "blocked", blockedMs });
    expect(judge(blocked(late), limits)).toBe("wait");
    expect(judge(blocked(late + 1), limits)).toBe("terminate");
  });

  it("never ends a call that has no deadline", () => {
    const blocked = view({ outMs: 1e12, strikes: 2, loop: "blocked", blockedMs: 1e12 });
    expect(judge(blocked, LIMITS)).toBe("wait");
  });

  it("strikes no replica whose calls take all of its time", () => {
    const views = fc.record({
      outcome: fc.constant("silent" as const),
      outMs: fc.nat(),
      strikes: fc.nat(2),
      loop: fc.constantFrom<Loop>("busy", "blocked"),
      blockedMs: fc.nat(),
    });
    fc.assert(
      fc.property(views, (busy) => {
        expect(["wait", "terminate"]).toContain(judge(busy, DEADLINE));
      }),
    );
  });

  it("waits for nothing longer than its time, but while calls get on", () => {
    const views = fc.record({
      outcome: fc.constantFrom<CheckView["outcome"]>("silent", "failed", "passed"),
      outMs: fc.integer({ min: LATE + 1 }),
      strikes: fc.nat(2),
      loop: fc.constantFrom<Loop>("free", "blocked"),
    });
    fc.assert(
      fc.property(views, (late) => {
        const blockedMs = late.loop === "blocked" ? late.outMs : 0;
        expect(judge({ ...late, blockedMs }, DEADLINE)).not.toBe("wait");
      }),
    );
  });
});

describe("loopBetween", () => {
  const reading = (patch: Partial<Vitals>): Vitals => ({
    ongoing: 1,
    turns: 7,
    utilization: 1,
    ...patch,
  });

  it.each<[Loop, string, Partial<Vitals>]>([
    ["blocked", "a call takes all of the time", {}],
    ["busy", "calls take all of the time, but end", { turns: 8 }],
    ["free", "calls wait for something else", { utilization: 0.9 }],
    ["free", "no call runs, though something takes all of the time", { ongoing: 0 }],
  ])("%s: %s", (loop, _why, after) => {
    expect(loopBetween(reading({}), reading(after))).toBe(loop);
  });
});

describe("nextLookMs", () => {
  it.each([
    [0, 300, 300],
    [200, 300, 100],
    [300, 300, 1_000],
    [0, 30_000, 1_000],
    [29_500, 30_000, 500],
  ])("%i ms after a check that may take %i began is %i", (outMs, healthCheckTimeoutMs, ms) => {
    expect(nextLookMs(outMs, { ...LIMITS, healthCheckTimeoutMs })).toBe(ms);
  });
});

describe("jittered", () => {
  it.each([
    [0, 900],
    [0.5, 1_000],
    [1, 1_100],
  ])("by %d makes 1000 ms %i", (random, ms) => {
    expect(jittered(1_000, random)).toBeCloseTo(ms);
  });
});
