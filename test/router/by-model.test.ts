import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseByModel } from "../../src/router/choose/by-model.ts";
import { choosePowerOfTwo } from "../../src/router/choose/power-of-two.ts";
import { candidate, candidates, type NamedCandidate, wish } from "./candidates.ts";

const CAP = 8;

function choose(all: readonly NamedCandidate[], modelId = "m") {
  const choosing = { cap: CAP, random: Math.random };
  return chooseByModel(all, modelId, choosePowerOfTwo, wish({ modelId }), choosing)?.replicaId;
}

describe("chooseByModel", () => {
  it("goes to a replica that holds the model", () => {
    const all = [...candidates(5), candidate("holder", { models: ["m", "n"], ongoing: CAP / 2 })];
    for (let time = 0; time < 20; time += 1) expect(choose(all)).toBe("holder");
  });

  it("shares calls out between holders", () => {
    const all = [candidate("one", { models: ["m"] }), candidate("two", { models: ["m"] })];
    const chosen = new Set(Array.from({ length: 50 }, () => choose([...all, ...candidates(3)])));
    expect(chosen).toEqual(new Set(["one", "two"]));
  });

  it.each([
    ["over half of their cap", { ongoing: CAP / 2 + 1 }],
    ["full", { full: true }],
  ])("goes to another when all holders are %s", (_what, busy) => {
    const holder = candidate("holder", { models: ["m"], ...busy });
    const other = candidate("other", { models: ["n"] });
    expect(choose([holder, other])).toBe("other");
  });

  it("stays with a holder when all others are as busy", () => {
    const ongoing = CAP / 2 + 1;
    const holder = candidate("holder", { models: ["m"], ongoing });
    expect(choose([holder, candidate("other", { ongoing })])).toBe("holder");
  });

  it("leaves a full holder for any that has room", () => {
    const holder = candidate("holder", { models: ["m"], full: true });
    expect(choose([holder, candidate("other", { ongoing: CAP - 1 })])).toBe("other");
  });

  it("gives a new model to the replica with the fewest", () => {
    const all = [
      candidate("two", { models: ["a", "b"] }),
      candidate("one", { models: ["c"] }),
      candidate("three", { models: ["d", "e", "f"] }),
    ];
    expect(choose(all)).toBe("one");
  });

  it("is agreed on by callers that know the same, in whatever order", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 9 }), (modelId, count) => {
        const all = candidates(count);
        expect(choose(all, modelId)).toBe(choose(all.toReversed(), modelId));
      }),
    );
  });

  it("spreads new models", () => {
    const all = candidates(4);
    const homes = new Set(Array.from({ length: 100 }, (_, at) => choose(all, `model-${at}`)));
    expect(homes.size).toBe(4);
  });

  it("waits when none has room", () => {
    const full = [candidate("one", { full: true }), candidate("two", { ongoing: CAP })];
    expect(choose(full)).toBeUndefined();
    expect(choose([])).toBeUndefined();
  });
});
