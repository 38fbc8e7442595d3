import { describe, expect, it } from "vitest";
import { Cancellation } from "../../src/cancellation.ts";
import { done, Puppet, request, routerOf, turn } from "./puppet.ts";

const sent = ({ calls }: Puppet) => calls.map(({ request }) => request.createdAt);
const asked = ({ slots }: Puppet) => slots.map(({ place }) => [place.priority, place.createdAt]);

describe("Router, by priority", () => {
  it("sends the waiting call of the highest priority first, then the oldest", async () => {
    const one = new Puppet("one");
    const { router } = routerOf(one);
    const calls = [request(1), request(2), request(3, 1), request(4, -1), request(5, 1)];
    const results = calls.map((call) => router.call(call, new Cancellation()));
    for (let index = 0; index < calls.length; index += 1) {
      one.calls[index]?.answer(done(index));
      await turn();
    }
    await Promise.all(results);
    expect(sent(one)).toEqual([1, 3, 5, 2, 4]);
  });

  it("asks for a better place when a call comes that goes before those it asked for", async () => {
    const one = new Puppet("one");
    const { router } = routerOf(one);
    const results = [router.call(request(1), new Cancellation())];
    one.calls[0]?.answer({ type: "busy", args: [1] });
    await turn();
    for (const call of [request(2), request(3, 5), request(4, 1)]) {
      results.push(router.call(call, new Cancellation()));
    }
    expect(asked(one)).toEqual([
      [0, 1],
      [5, 3],
    ]);
    one.slots[1]?.grant();
    await turn();
    expect(sent(one)).toEqual([1, 3]);
    // The place of the call that is now the first.
    expect(asked(one).at(-1)).toEqual([1, 4]);
    for (const which of [2, 0]) {
      one.slots[which]?.grant();
      await turn();
    }
    expect(sent(one)).toEqual([1, 3, 4, 1]);
    expect(asked(one).at(-1)).toEqual([0, 2]);
    one.slots[3]?.grant();
    await turn();
    for (const call of one.calls) call.answer(done("done"));
    await Promise.all(results);
    expect(one.released).toBe(0);
  });

  it("gives back a slot that was for a call of a higher priority, and asks again", async () => {
    const one = new Puppet("one");
    const { router } = routerOf(one);
    const urgent = new Cancellation();
    const gone = router.call(request(1, 5), urgent);
    one.calls[0]?.answer({ type: "busy", args: [1] });
    await turn();
    const waits = router.call(request(2), new Cancellation());
    urgent.cancel("no need");
    await expect(gone).rejects.toMatchObject({ code: "CANCELLED" });
    one.slots[0]?.grant();
    expect(one.released).toBe(1);
    expect(asked(one)).toEqual([
      [5, 1],
      [0, 2],
    ]);
    one.slots[1]?.grant();
    await turn();
    one.calls[1]?.answer(done("at last"));
    expect(await waits).toBe("at last");
  });
});
