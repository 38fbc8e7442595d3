import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonError } from "../../src/http/json-error.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("the place of an error in JSON", () => {
  it.each([
    ["", 1, 1, "the end"],
    ["{", 1, 2, "the end"],
    ['{"a": 1,}', 1, 9, '"}"'],
    ["[1,]", 1, 4, '"]"'],
    ["[1 2]", 1, 4, '"2"'],
    ["[1}", 1, 3, '"}"'],
    ["{]", 1, 2, '"]"'],
    ["{1: 2}", 1, 2, '"1"'],
    ['{"a" 1}', 1, 6, '"1"'],
    ["nul", 1, 1, '"n"'],
    ["truth", 1, 1, '"t"'],
    ["01", 1, 2, '"1"'],
    ["1.", 1, 2, '"."'],
    ["[\n  'a'\n]", 2, 3, `"'"`],
    ['["a', 1, 4, "the end"],
    ['["a\n"]', 1, 4, '"\\n"'],
    ['["\\x"]', 1, 3, '"\\\\"'],
    ["[] []", 1, 4, '"["'],
    ["1,", 1, 2, '","'],
  ])("%j: line %i, column %i, %s", (text, line, column, found) => {
    expect(isJson(text)).toBe(false);
    expect(jsonError(text)).toEqual({ line, column, found });
  });

  it("is where the text stops being the beginning of any", () => {
    fc.assert(
      fc.property(brokenJson, (text) => {
        const { line, column, found } = jsonError(text);
        const at = offsetOf(text, line, column);
        expect(found).toBe(at === text.length ? "the end" : JSON.stringify(text[at]));
        expect(isBeginning(text.slice(0, at))).toBe(true);
        // Words, numbers and escapes are told of where they begin, which may be right.
        if (!/[-.\\a-z]/.test(text[at] ?? "-"))
          expect(isBeginning(text.slice(0, at + 1))).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

/** JSON with a character put in or in the place of another. */
const brokenJson = fc
  .tuple(
    fc.oneof(fc.json(), fc.json({ maxDepth: 0 })),
    fc.nat(),
    fc.constantFrom(...'{}[],:"\\0-e.tn \n\u0001\u00a0é'),
    fc.nat(1),
  )
  .map(([text, place, character, replaced]) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + character + text.slice(at + replaced);
  })
  .filter((text) => !isJson(text));

function offsetOf(text: string, line: number, column: number): number {
  const before = text.split("\n").slice(0, line - 1);
  return before.reduce((offset, { length }) => offset + length + 1, column - 1);
}

/** Whether more could make JSON of it, as V8 tells: it misses something at the very end. */
function isBeginning(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as Error;
    const [, position] = /at position (\d+)/.exec(message) ?? [];
    return /end of JSON/.test(message) || Number(position) === text.length;
  }
}
