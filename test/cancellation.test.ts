import { describe, expect, it } from "vitest";
import { Cancellation, followSignal } from "../src/cancellation.ts";
import { ServeError } from "../src/errors.ts";
import { timedOut } from "../src/timeout.ts";

/** A cancellation and the reasons it told of. */
function heard(cancellation: Cancellation) {
  const reasons: unknown[] = [];
  cancellation.listener = (reason) => reasons.push(reason);
  return reasons;
}

describe("Cancellation", () => {
  it("tells its newest listener, once, of the first reason", () => {
    const cancellation = new Cancellation();
    const [old, newest] = [heard(cancellation), heard(cancellation)];
    cancellation.cancel("first");
    cancellation.cancel("second");
    expect([old, newest]).toEqual([[], ["first"]]);
    expect(heard(cancellation)).toEqual(["first"]);
  });

  it("does nothing once the call has ended", () => {
    const cancellation = new Cancellation();
    const reasons = heard(cancellation);
    cancellation.end();
    cancellation.cancel("too late");
    expect(reasons).toEqual([]);
    expect(cancellation.cancelled).toBe(false);
  });

  it("tells once that it is over, however it ended, and whenever it is asked", () => {
    for (const finish of ["end", "cancel"] as const) {
      const cancellation = new Cancellation();
      let times = 0;
      const count = () => {
        times += 1;
      };
      cancellation.whenOver(count);
      cancellation.whenOver(count);
      expect(times).toBe(0);
      cancellation[finish](undefined);
      cancellation.end();
      expect(times).toBe(2);
      cancellation.whenOver(count);
      expect(times).toBe(3);
    }
  });

  it("keeps the earliest deadline", () => {
    const cancellation = new Cancellation();
    expect([100, 200, 50, 50].map((deadline) => cancellation.limit(deadline))).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(cancellation.deadline).toBe(50);
  });

  it("stops listening to a signal when the call is over", () => {
    const stop = new AbortController();
    const [done, running] = [new Cancellation(), new Cancellation()];
    for (const cancellation of [done, running]) followSignal(cancellation, stop.signal);
    done.end();
    stop.abort("all");
    expect([done.cancelled, running.cancelled]).toEqual([false, true]);
    const late = new Cancellation();
    followSignal(late, stop.signal);
    expect(late.reason).toBe("all");
  });
});

describe("Cancellation of calls that a call makes", () => {
  it("reaches all that still run, and theirs", () => {
    const maker = new Cancellation();
    const [running, done] = [maker.child(), maker.child()];
    const grandchild = running.child();
    done.end();
    maker.cancel("why");
    expect([running, done, grandchild].map(({ reason }) => reason)).toEqual([
      "why",
      undefined,
      "why",
    ]);
  });

  it("leaves their maker alone", () => {
    const maker = new Cancellation();
    const [one, other] = [maker.child(), maker.child()];
    one.cancel("this one");
    expect([maker.cancelled, other.cancelled]).toEqual([false, false]);
  });

  it("leaves alone what was made once the maker was over, or outlives it", () => {
    for (const finish of ["end", "cancel"] as const) {
      const maker = new Cancellation(100);
      const before = maker.child();
      maker[finish](undefined);
      const after = maker.child();
      expect(before.cancelled).toBe(finish === "cancel");
      expect([after.cancelled, after.deadline]).toEqual([false, undefined]);
      maker.cancel("again");
      expect(after.cancelled).toBe(false);
    }
  });

  it("leaves alone what is made while it is told", () => {
    const maker = new Cancellation();
    let made: Cancellation | undefined;
    maker.listener = () => {
      made = maker.child();
    };
    maker.cancel("why");
    expect(made?.cancelled).toBe(false);
  });

  it("lets no rejection go unheard", async () => {
    const maker = new Cancellation();
    const [before, after] = [maker.child(), maker.child()];
    const rejected = () => Promise.reject(new Error("cancelled"));
    before.answer = new Promise((_, reject) => {
      before.listener = reject;
    });
    maker.cancel("why");
    after.answer = rejected();
    // Vitest fails on a rejection that nobody hears.
    await new Promise((resolve) => setTimeout(resolve));
    await expect(rejected()).rejects.toThrow("cancelled");
  });
});

describe("Cancellation by a deadline", () => {
  it("stops the maker whose deadline it was, and all its calls", () => {
    const top = new Cancellation(100);
    const maker = top.child();
    const [one, other] = [maker.child(), maker.child()];
    one.expire("late");
    expect([top, maker, one, other].map(({ reason }) => reason)).toEqual(Array(4).fill("late"));
  });

  it("stops only the call whose own it was", () => {
    const maker = new Cancellation(100);
    const [one, other] = [maker.child(), maker.child()];
    one.limit(50);
    one.expire("late");
    expect([maker, one, other].map(({ cancelled }) => cancelled)).toEqual([false, true, false]);
  });

  it("stops only a call that outlives its maker", () => {
    const maker = new Cancellation(100);
    const call = maker.child();
    maker.end();
    call.expire("late");
    expect([maker.cancelled, call.cancelled]).toEqual([false, true]);
  });

  it("counts as passed here when it was seen to pass elsewhere", () => {
    const maker = new Cancellation(100);
    maker.child().end(timedOut("elsewhere", 100));
    expect(maker.reason).toMatchObject({ code: "TIMEOUT", deadline: 100 });
  });

  it("is not passed because of another deadline, or another's error", () => {
    for (const deadline of [100, undefined]) {
      const maker = new Cancellation(deadline);
      maker.child().end(timedOut("elsewhere", 50));
      maker.child().end(new ServeError("TIMEOUT", "thrown by a user"));
      maker.child().end(new Error("anything else"));
      expect(maker.cancelled).toBe(false);
    }
  });
});
