import { describe, expect, it } from "vitest";
import { plainText } from "../../src/telemetry/console-text.ts";

describe("the arguments of console.log as text", () => {
  it.each<[unknown[], string]>([
    [[], ""],
    [["a", 1, undefined, null, true], "a 1 undefined null true"],
    [[{ a: 1 }, [2]], '{"a":1} [2]'],
    [["%s is %d, %i, %f %% %o", "x", "2.5", 2.5, "1.5x", { a: 1 }], 'x is 2.5, 2, 1.5 % {"a":1}'],
    [["%cred", "color: red", "more"], "red more"],
    [["%s %s", "one"], "one %s"],
    [[1n, Symbol("s")], "1 Symbol(s)"],
  ])("%o", (args, text) => {
    expect(plainText(args)).toBe(text);
  });

  it("has the stacks of errors", () => {
    expect(plainText(["failed:", new TypeError("why")])).toMatch(/^failed: TypeError: why\n\s+at /);
  });

  it("takes what is no JSON", () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(plainText([circle])).toBe("[object Object]");
  });
});
