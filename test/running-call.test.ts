import { describe, expect, it } from "vitest";
import { manualClock } from "../adapters/memory/clock.ts";
import { Cancellation } from "../src/cancellation.ts";
import { RunningCall, synchronousContext } from "../src/context.ts";
import { keepNothing } from "../src/keep-alive.ts";
import { ReplicaModels } from "../src/multiplex/replica-models.ts";
import { holdNothing } from "../src/platform.ts";
import { quietScope } from "./fixtures/log-book.ts";

const names = { application: "app", deployment: "D", replicaId: "app/D#1" };
const platform = {
  asyncContext: synchronousContext(),
  clock: manualClock(),
  hold: holdNothing,
  keepAlive: keepNothing,
  scope: quietScope(),
};
const replica = { ...names, models: new ReplicaModels(names, platform), batches: undefined };

const request = { requestId: "r", priority: 0, affinity: {} };

function running(deadline?: number) {
  const cancellation = new Cancellation(deadline);
  const call = new RunningCall(replica, request, cancellation);
  return { call, cancellation, clock: manualClock() };
}

describe("RunningCall", () => {
  it("has a signal that aborts with the reason, read before or after", () => {
    for (const readFirst of [true, false]) {
      const { call, cancellation } = running();
      if (readFirst) expect(call.signal.aborted).toBe(false);
      cancellation.cancel("why");
      expect(call.signal.reason).toBe("why");
    }
  });

  it("gives the calls it makes its deadline", () => {
    const { call, clock } = running(1000);
    clock.advance(999);
    expect(call.deadline).toBe(1000);
    expect(call.child(clock).deadline).toBe(1000);
    expect(running().call.child(clock).deadline).toBeUndefined();
  });

  it("is cancelled when it makes a call past its deadline, which then cleans up", () => {
    const { call, clock } = running(1000);
    const before = call.child(clock);
    clock.advance(1000);
    const after = call.child(clock);
    expect(call.signal.reason).toMatchObject({ code: "TIMEOUT", deadline: 1000 });
    expect([before.cancelled, after.cancelled]).toEqual([true, false]);
    expect(after.deadline).toBeUndefined();
  });
});
