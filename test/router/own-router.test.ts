import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { Cancellation } from "../../src/cancellation.ts";
import type { RouterFunction } from "../../src/router/router-option.ts";
import { done, LIMITS, Puppet, request, routerOf, turn } from "./puppet.ts";

/** A router of these replicas that asks `own`, with calls named by their method. */
function routed(own: unknown, ...puppets: readonly Puppet[]) {
  const { router, tell } = routerOf(...puppets);
  const use = (given: unknown) =>
    tell({ limits: { ...LIMITS, maxOngoingRequests: 2, router: given as RouterFunction } });
  use(own);
  let calls = 0;
  const call = (method = "any", affinity = {}) => {
    calls += 1;
    return router.call({ ...request(calls), method, affinity }, new Cancellation());
  };
  return { call, tell, use, router };
}

/** Each call to the replica that its method names. */
const byMethod: RouterFunction = ({ method }, candidates) =>
  candidates.filter(({ replicaId }) => replicaId === method);

const backwards: RouterFunction = (_call, candidates) => candidates.toReversed();

const asked = ({ calls }: Puppet) => calls.map(({ request: { method } }) => method);

describe("a router of one's own", () => {
  let [one, two] = [new Puppet("one"), new Puppet("two")];
  let logged: MockInstance<typeof console.error>;
  beforeEach(() => {
    [one, two] = [new Puppet("one"), new Puppet("two")];
    logged = vi.spyOn(console, "error").mockImplementation(() => {});
  });
  afterEach(() => logged.mockRestore());

  it("is told of the call and of the candidates", () => {
    const own = vi.fn<RouterFunction>((_call, candidates) => candidates);
    one.models.add("m");
    const { call } = routed(own, one, two);
    void call("first");
    void call("second", { sessionId: "s", shardKey: "k", modelId: "m" });
    const none = { shardKey: undefined, sessionId: undefined, modelId: undefined };
    expect(own.mock.calls).toEqual([
      [
        { method: "first", requestId: "1", priority: 0, ...none },
        [
          { replicaId: "one", ongoing: 0, models: new Set(["m"]) },
          { replicaId: "two", ongoing: 0, models: new Set() },
        ],
      ],
      [
        {
          method: "second",
          requestId: "2",
          priority: 0,
          sessionId: "s",
          shardKey: "k",
          modelId: "m",
        },
        [
          { replicaId: "one", ongoing: 1, models: new Set(["m"]) },
          { replicaId: "two", ongoing: 0, models: new Set() },
        ],
      ],
    ]);
    expect(logged).not.toHaveBeenCalled();
  });

  it("gets the first replica with room that it names", () => {
    const { call } = routed(backwards, one, two);
    for (const method of ["a", "b", "c"]) void call(method);
    expect([asked(one), asked(two)]).toEqual([["c"], ["a", "b"]]);
  });

  it("may have calls wait for one replica, while others go on", async () => {
    const { call, router } = routed(byMethod, one, two);
    for (const method of ["one", "one", "one", "two"]) void call(method);
    expect([asked(one).length, asked(two).length, router.queued]).toEqual([2, 1, 1]);
    two.calls[0]?.answer(done(0));
    await turn();
    expect(asked(two)).toEqual(["two"]);
    one.calls[0]?.answer(done(0));
    await turn();
    expect(asked(one)).toEqual(["one", "one", "one"]);
  });

  it("lets a waiting call go before an older one that waits for another replica", async () => {
    const { call } = routed(byMethod, one, two);
    for (const method of ["one", "one", "two", "two", "one", "two"]) void call(method);
    two.calls[0]?.answer(done(0));
    await turn();
    expect([asked(one).length, asked(two).length]).toEqual([2, 3]);
  });

  it("has calls that others' slots block wait for those alone", async () => {
    const { call } = routed(byMethod, one, two);
    void call("one");
    void call("two");
    for (const puppet of [one, two]) puppet.calls[0]?.answer({ type: "busy", args: [] });
    await turn();
    // What two gives is not for the call that came first.
    two.slots[0]?.grant();
    await turn();
    expect([asked(one), asked(two)]).toEqual([["one"], ["two", "two"]]);
    one.slots[0]?.grant();
    await turn();
    expect(asked(one)).toEqual(["one", "one"]);
  });

  it("may have a call wait for a replica that is not there yet", async () => {
    const { call, tell } = routed(byMethod, one);
    tell({ limits: { ...LIMITS, router: byMethod } });
    const waits = call("two");
    expect(one.calls).toHaveLength(0);
    tell({ limits: { ...LIMITS, router: byMethod }, added: [two] });
    await turn();
    two.calls[0]?.answer(done("came"));
    expect(await waits).toBe("came");
  });

  it("can be replaced while calls wait", async () => {
    const { call, use } = routed(byMethod, one, two);
    void call("three");
    use("leastLoaded");
    await turn();
    expect(asked(one).length + asked(two).length).toBe(1);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("no idea\nand more");
      },
      "threw no idea;",
    ],
    ["is async", async () => [], "returned a promise, no list of candidates;"],
    ["returns nothing", () => undefined, "returned undefined, no list of candidates;"],
    ["returns null", () => null, "returned null, no list of candidates;"],
    [
      "names another",
      () => [{ replicaId: "three" }],
      "returned a list with something that is no candidate;",
    ],
    ["has gaps", () => [undefined, null], "returned a list with something that is no candidate;"],
  ])("that %s is told once, and powerOfTwo chooses instead", async (_what, own, problem) => {
    const { call } = routed(own, one, two);
    for (let time = 0; time < 4; time += 1) void call();
    expect(one.calls.length + two.calls.length).toBe(4);
    expect(logged.mock.calls).toEqual([
      [expect.stringContaining(`app/d: option router ${problem} powerOfTwo chooses instead`)],
    ]);
  });
});
