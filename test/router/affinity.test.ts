import { describe, expect, it } from "vitest";
import { Cancellation } from "../../src/cancellation.ts";
import type { Affinity } from "../../src/router/affinity.ts";
import { done, LIMITS, Puppet, request, routerOf, turn } from "./puppet.ts";

/** A router of replicas that run two calls at once, and what calls it. */
function routed(...puppets: readonly Puppet[]) {
  const { router, tell } = routerOf(...puppets);
  tell({ limits: { ...LIMITS, maxOngoingRequests: 2 } });
  let calls = 0;
  return {
    tell,
    call: (affinity: Affinity) => {
      calls += 1;
      return router.call({ ...request(calls), affinity }, new Cancellation());
    },
  };
}

const asked = ({ calls }: Puppet) => calls.map(({ request: { affinity } }) => affinity);
const answer = async ({ calls }: Puppet, index: number) => {
  calls[index]?.answer(done(index));
  await turn();
};

describe("Router, for models", () => {
  it("sends calls for one model to one replica before that has told of it", async () => {
    const puppets = [new Puppet("one"), new Puppet("two"), new Puppet("three")];
    const { call } = routed(...puppets);
    void call({ modelId: "m" });
    // One that tells of another model has more than the others now.
    const [home] = puppets.filter(({ calls }) => calls.length === 1);
    home?.models.add("another");
    void call({ modelId: "m" });
    expect(home?.calls).toHaveLength(2);
  });

  it("goes by what replicas tell", async () => {
    const [one, two] = [new Puppet("one"), new Puppet("two")];
    const { call } = routed(one, two);
    for (const [holder, other] of [
      [one, two],
      [two, one],
    ] as const) {
      other.models.delete("m");
      holder.models.add("m");
      const before = holder.calls.length;
      const called = call({ modelId: "m" });
      await answer(holder, before);
      await called;
    }
    expect([one.calls.length, two.calls.length]).toEqual([1, 1]);
  });

  it("gives a slot that frees to a waiting call for a model that is there", async () => {
    const [one, two] = [new Puppet("one"), new Puppet("two")];
    one.models.add("a");
    two.models.add("b");
    const { call } = routed(one, two);
    for (const modelId of ["a", "a", "b", "b", "b", "a"]) void call({ modelId });
    expect([one.calls.length, two.calls.length]).toEqual([2, 2]);
    // The call for b has waited longer, but its model is elsewhere.
    await answer(one, 0);
    expect(asked(one)).toEqual([{ modelId: "a" }, { modelId: "a" }, { modelId: "a" }]);
    await answer(two, 0);
    expect(asked(two)).toEqual([{ modelId: "b" }, { modelId: "b" }, { modelId: "b" }]);
  });

  it("leaves no slot free while any call waits", async () => {
    const [one, two] = [new Puppet("one"), new Puppet("two")];
    one.models.add("a");
    two.models.add("b");
    const { call } = routed(one, two);
    for (const modelId of ["a", "a", "b", "b", "b"]) void call({ modelId });
    await answer(one, 0);
    expect(asked(one).at(-1)).toEqual({ modelId: "b" });
  });

  it("gives a slot that another caller leaves in the same way", async () => {
    const [one, two] = [new Puppet("one"), new Puppet("two")];
    const { call } = routed(one, two);
    one.models.add("a");
    two.models.add("b");
    // Others hold all slots.
    void call({ modelId: "b" });
    two.calls[0]?.answer({ type: "busy", args: [] });
    await turn();
    one.calls[0]?.answer({ type: "busy", args: [] });
    await turn();
    void call({ modelId: "a" });
    await turn();
    one.slots[0]?.grant();
    await turn();
    expect(asked(one).at(-1)).toEqual({ modelId: "a" });
  });
});

describe("Router, for sessions", () => {
  it("sends a session to one replica while that has room, then to the next", async () => {
    const puppets = [new Puppet("one"), new Puppet("two"), new Puppet("three")];
    const { call } = routed(...puppets);
    const mine = { sessionId: "mine" };
    for (let time = 0; time < 3; time += 1) void call(mine);
    const counts = puppets.map(({ calls }) => calls.length);
    expect(counts.toSorted()).toEqual([0, 1, 2]);
    const home = puppets[counts.indexOf(2)] as Puppet;
    await answer(home, 0);
    void call(mine);
    expect(home.calls).toHaveLength(3);
  });

  it.each(["powerOfTwo", "leastLoaded", "roundRobin", "consistentHash"] as const)(
    "does so with the router %s",
    async (name) => {
      const puppets = [new Puppet("one"), new Puppet("two"), new Puppet("three")];
      const { call, tell } = routed(...puppets);
      tell({ limits: { ...LIMITS, maxOngoingRequests: 100, router: name } });
      for (let time = 0; time < 20; time += 1) void call({ sessionId: "mine" });
      expect(puppets.map(({ calls }) => calls.length).toSorted()).toEqual([0, 0, 20]);
    },
  );
});
