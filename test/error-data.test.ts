import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromErrorData, toErrorData } from "../src/error-data.ts";
import { ServeError } from "../src/errors.ts";

/** There and back, as a boundary does it. */
const crossed = (thrown: unknown) => fromErrorData(structuredClone(toErrorData(thrown)));

const fieldNames = fc
  .string()
  .filter((name) => !["__proto__", "name", "message", "stack", "cause", "errors"].includes(name));
const fields = fc.dictionary(fieldNames, fc.jsonValue(), { noNullPrototype: true });

describe("error data", () => {
  it("keeps name, message, stack, cause and fields of any error", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fields, (name, message, cause, own) => {
        const error = Object.assign(new Error(message, { cause: new TypeError(cause) }), own);
        error.name = name;
        const back = crossed(error) as Error;
        expect(back).toBeInstanceOf(Error);
        expect([back.name, back.message, back.stack]).toEqual([name, message, error.stack]);
        const { name: _, ...backOwn } = { ...back };
        expect(backOwn).toEqual({ ...own });
        expect(back.cause).toBeInstanceOf(TypeError);
        expect((back.cause as Error).message).toBe(cause);
      }),
    );
  });

  it("keeps anything that is thrown and can be cloned", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (thrown) => {
        expect(crossed(thrown)).toEqual(thrown);
      }),
    );
    expect(crossed(undefined)).toBeUndefined();
    expect(crossed(7n)).toBe(7n);
  });

  it("crosses twice as once", () => {
    const error = Object.assign(new RangeError("far"), { at: 7, cause: "why" });
    expect(toErrorData(crossed(error))).toEqual(toErrorData(error));
  });

  it("makes a ServeError again", () => {
    const error = crossed(new ServeError("BACKPRESSURE", "full", { cause: new Error("why") }));
    expect(error).toBeInstanceOf(ServeError);
    expect(error).toMatchObject({
      code: "BACKPRESSURE",
      status: 503,
      retryable: true,
      cause: { message: "why" },
    });
  });

  it("makes no ServeError of one with a code it does not know", () => {
    const error = Object.assign(new Error("odd"), { name: "ServeError", code: "MADE_UP" });
    expect(crossed(error)).not.toBeInstanceOf(ServeError);
    expect(crossed(error)).toMatchObject({ name: "ServeError", code: "MADE_UP" });
  });

  it.each([EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError])(
    "makes a built-in error again: %o",
    (BuiltIn) => {
      expect(crossed(new BuiltIn("text"))).toBeInstanceOf(BuiltIn);
    },
  );

  it("drops fields that can't be cloned, and nothing else", () => {
    const error = Object.assign(new Error("odd"), { call: () => {}, kept: [1] });
    expect(crossed(error)).toMatchObject({ message: "odd", kept: [1], call: undefined });
  });

  it("can't be made to change a prototype", () => {
    const error = new Error("evil");
    Object.defineProperty(error, "__proto__", { value: { evil: true }, enumerable: true });
    const back = crossed(error);
    expect(Object.getPrototypeOf(back)).toBe(Error.prototype);
  });

  it("ends a chain of causes that never ends", () => {
    const error = new Error("round");
    error.cause = error;
    let depth = 0;
    for (let at = crossed(error); at instanceof Error; at = at.cause) depth += 1;
    expect(depth).toBeGreaterThan(5);
    expect(depth).toBeLessThan(50);
  });

  it("bounds errors of errors too", () => {
    const error = new AggregateError([], "round");
    error.errors.push(error);
    expect(crossed(error)).toBeInstanceOf(AggregateError);
  });
});
