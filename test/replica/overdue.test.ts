import { describe, expect, it } from "vitest";
import { manualClock } from "../../adapters/memory/clock.ts";
import { Cancellation } from "../../src/cancellation.ts";
import { Overdue } from "../../src/replica/overdue.ts";

function watching(terminateAfterCancelMs: number | undefined) {
  const clock = manualClock(1000);
  const told: string[] = [];
  const settings = { maxOngoingRequests: 1, userConfig: undefined, terminateAfterCancelMs };
  const overdue = new Overdue(settings, clock, (why) => told.push(why));
  const call = () => {
    const cancellation = new Cancellation();
    const ended = overdue.watch("work", cancellation);
    return {
      cancel: () => cancellation.cancel("enough"),
      end: () => {
        ended();
        cancellation.end();
      },
    };
  };
  const advance = async (ms: number) => {
    clock.advance(ms);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { advance, told, overdue, call };
}

describe("Overdue", () => {
  it("asks for the end once a call has run past its cancellation for so long", async () => {
    const { advance, told, call } = watching(50);
    const { cancel } = call();
    await advance(500);
    cancel();
    await advance(49);
    expect(told).toEqual([]);
    await advance(1);
    const why = "a call of work still ran 50 ms after it was cancelled";
    expect(told).toEqual([`${why} (option terminateAfterCancelMs)`]);
  });

  it("does not for one that ends in time, or was never cancelled", async () => {
    const { advance, told, call } = watching(50);
    const [obeys, ends, runs] = [call(), call(), call()];
    obeys.cancel();
    await advance(49);
    obeys.end();
    ends.end();
    await advance(1000);
    expect(told).toEqual([]);
    runs.cancel();
    await advance(50);
    expect(told).toHaveLength(1);
  });

  it("goes by the settings that a call begins with", async () => {
    const { advance, told, call, overdue } = watching(undefined);
    const before = call();
    overdue.graceMs = 20;
    const after = call();
    before.cancel();
    await advance(1000);
    expect(told).toEqual([]);
    after.cancel();
    await advance(20);
    expect(told).toHaveLength(1);
  });
});
