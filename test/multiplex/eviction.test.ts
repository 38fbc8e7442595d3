import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isStuck, type ModelPlace, toEvict } from "../../src/multiplex/eviction.ts";

const place = (state: ModelPlace["state"], use: ModelPlace["use"] = "none") => ({ state, use });
const unused = place("ready");
const used = place("ready", "running");
const held = place("ready", "waiting");

describe("toEvict", () => {
  it.each([
    ["nothing while nothing is wanted", [unused, used], 0, 2, []],
    ["nothing while there is room", [unused], 1, 2, []],
    ["the least recently used", [unused, place("ready")], 1, 2, [0]],
    ["one that nobody uses first", [used, unused], 1, 2, [1]],
    ["one whose calls run on before one whose calls wait", [held, used], 1, 2, [1]],
    ["as many as are wanted", [used, unused, place("ready")], 2, 3, [1, 2]],
    ["nothing more while one is leaving", [unused, place("leaving")], 1, 2, []],
    ["nothing that is being loaded", [place("loading"), unused], 2, 2, [1]],
  ])("gives %s", (_what, places, wanted, maxModels, expected) => {
    expect(toEvict(places, wanted, maxModels)).toEqual(expected.map((at) => places[at]));
  });

  it("never gives more than are wanted, and enough if it can", () => {
    const places = fc.array(
      fc.record({
        state: fc.constantFrom("loading", "ready", "leaving"),
        use: fc.constantFrom("none", "running", "waiting"),
      }),
    );
    fc.assert(
      fc.property(places, fc.nat(5), fc.nat(3), (all, wanted, spare) => {
        const count = (state: string) => all.filter((one) => one.state === state).length;
        const evicted = toEvict(all, wanted, all.length + spare);
        const missing = Math.max(0, wanted - spare - count("leaving"));
        expect(evicted).toHaveLength(Math.min(missing, count("ready")));
      }),
    );
  });
});

describe("isStuck", () => {
  it.each([
    [[held, held], true],
    [[held, used], false],
    [[held, unused], false],
    [[held, place("loading", "waiting")], false],
    [[held, place("leaving")], false],
  ])("%j: %s", (places, stuck) => {
    expect(isStuck(places)).toBe(stuck);
  });
});
