import { describe, expect, it } from "vitest";
import { Cancellation } from "../../src/cancellation.ts";
import { done, LIMITS, Puppet, request, routerOf, turn } from "./puppet.ts";

const TIMED = { ...LIMITS, requestTimeoutMs: 1000 };
const TIMEOUT = { code: "TIMEOUT", status: 504, retryable: true };

describe("Router, with a deadline", () => {
  it("takes a waiting call out of the queue", async () => {
    const one = new Puppet("one");
    const { router, clock, tell } = routerOf(one);
    const runs = router.call(request(1), new Cancellation());
    tell({ limits: TIMED });
    const waits = router.call(request(2), new Cancellation());
    clock.advance(999);
    await turn();
    expect(router.queued).toBe(1);
    clock.advance(1);
    await expect(waits).rejects.toMatchObject(TIMEOUT);
    expect(router.queued).toBe(0);
    one.calls[0]?.answer(done("in its own time"));
    expect(await runs).toBe("in its own time");
    expect(one.calls).toHaveLength(1);
  });

  it("cancels a call that runs", async () => {
    const one = new Puppet("one");
    const { router, clock, tell } = routerOf(one);
    tell({ limits: TIMED });
    const cancellation = new Cancellation();
    const runs = router.call(request(1), cancellation);
    clock.advance(1000);
    await expect(runs).rejects.toMatchObject(TIMEOUT);
    expect(cancellation.reason).toMatchObject(TIMEOUT);
  });

  it("cancels a stream that goes on", async () => {
    const one = new Puppet("one");
    const { router, clock, tell } = routerOf(one);
    tell({ limits: TIMED });
    const streams = [new Cancellation(), new Cancellation()];
    const ends = Promise.withResolvers<void>();
    for (const [index, cancellation] of streams.entries()) {
      const ended = index === 0 ? ends.promise : new Promise<void>(() => {});
      const result = router.call(request(index), cancellation);
      one.calls[index]?.answer({ type: "done", value: "stream", ended });
      expect(await result).toBe("stream");
      if (index === 0) ends.resolve();
      await turn();
    }
    clock.advance(1000);
    await turn();
    expect(streams.map(({ cancelled }) => cancelled)).toEqual([false, true]);
  });

  it("lets go of a call that is done", async () => {
    const one = new Puppet("one");
    const { router, clock, tell } = routerOf(one);
    tell({ limits: TIMED });
    const cancellation = new Cancellation();
    const result = router.call(request(1), cancellation);
    one.calls[0]?.answer(done("in time"));
    expect(await result).toBe("in time");
    clock.advance(2000);
    await turn();
    expect(cancellation.cancelled).toBe(false);
  });

  it("keeps the earlier one of a call's own and the deployment's", async () => {
    const one = new Puppet("one");
    const { router, clock, tell } = routerOf(one);
    tell({ limits: TIMED });
    clock.advance(500);
    const [early, late] = [new Cancellation(700), new Cancellation(7000)];
    const results = [early, late].map((cancellation) => router.call(request(1), cancellation));
    expect([early.deadline, late.deadline]).toEqual([700, 1500]);
    clock.advance(1000);
    await expect(results[1]).rejects.toMatchObject(TIMEOUT);
    early.cancel("watched by whoever set it");
    await expect(results[0]).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("counts from when the first news has come", async () => {
    const { router, clock, tell } = routerOf("no news yet");
    const waits = router.call(request(1), new Cancellation());
    clock.advance(5000);
    tell({ limits: TIMED });
    await turn();
    clock.advance(1000);
    await expect(waits).rejects.toMatchObject(TIMEOUT);
  });
});
