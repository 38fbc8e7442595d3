import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hash32, unitHash } from "../../src/router/hash.ts";
import { chooseArm, chooseShadows } from "../../src/router/traffic.ts";

/** The 99.9 % quantile of chi-square with 1 and 9 degrees of freedom. */
const CHI_SQUARE_1 = 10.83;
const CHI_SQUARE_9 = 27.88;

const arms = (weights: Record<string, number>) =>
  Object.entries(weights).map(([name, weight]) => ({ name, weight }));
const keys = Array.from({ length: 20_000 }, (_, index) => `user-${index}`);

function chiSquare(counts: readonly number[], shares: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count, index) => {
    const expected = total * (shares[index] as number);
    return sum + (count - expected) ** 2 / expected;
  }, 0);
}

/** A generator of its own: the same numbers in every run. */
function seeded(seed: number): () => number {
  let state = 0;
  return () => unitHash(String(state++), seed);
}

describe("hash32", () => {
  it("spreads texts evenly", () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (const key of keys) {
      const bin = Math.floor(unitHash(key) * 10);
      counts[bin] = (counts[bin] as number) + 1;
    }
    expect(
      chiSquare(
        counts,
        counts.map(() => 0.1),
      ),
    ).toBeLessThan(CHI_SQUARE_9);
  });

  it("is a 32-bit number, another with another seed", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(hash32(text)).toBe(hash32(text) >>> 0);
        expect(hash32(text, 1)).not.toBe(hash32(text, 2));
      }),
    );
  });
});

describe("chooseArm", () => {
  const split = arms({ stable: 0.9, canary: 0.1 });

  it.each([
    ["by chance", () => undefined],
    ["by key", (index: number) => keys[index]],
  ])("keeps the weights, %s", (_, keyOf) => {
    const random = seeded(7);
    const chosen = keys.map((_key, index) => chooseArm(split, keyOf(index), random).name);
    const canary = chosen.filter((name) => name === "canary").length;
    expect(chiSquare([keys.length - canary, canary], [0.9, 0.1])).toBeLessThan(CHI_SQUARE_1);
  });

  it("moves no more keys than it must when weights change, and only to the arm that gained", () => {
    const before = arms({ a: 0.5, b: 0.5 });
    const after = arms({ a: 0.4, b: 0.6 });
    const moves = keys.map((key) => [
      chooseArm(before, key, Math.random).name,
      chooseArm(after, key, Math.random).name,
    ]);
    const moved = moves.filter(([from, to]) => from !== to);
    expect(moved.every(([from, to]) => from === "a" && to === "b")).toBe(true);
    expect(moved.length / keys.length).toBeCloseTo(0.1, 2);
  });

  it("never takes an arm of weight 0, and always takes one", () => {
    const weights = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        weights,
        fc.option(fc.string(), { nil: undefined }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (parts, key, point) => {
          const total = parts.reduce((sum, part) => sum + part, 0);
          fc.pre(total > 0);
          const given = parts.map((part, index) => ({ name: `arm${index}`, weight: part / total }));
          expect(chooseArm(given, key, () => point).weight).toBeGreaterThan(0);
        },
      ),
    );
  });
});

describe("chooseShadows", () => {
  it("copies the share that is asked for, the same keys each time", () => {
    const shadows = arms({ next: 0.25 });
    const copied = keys.filter((key) => chooseShadows(shadows, key, Math.random).length > 0);
    const again = keys.filter((key) => chooseShadows(shadows, key, Math.random).length > 0);
    expect(again).toEqual(copied);
    const counts = [copied.length, keys.length - copied.length];
    expect(chiSquare(counts, [0.25, 0.75])).toBeLessThan(CHI_SQUARE_1);
  });
});
