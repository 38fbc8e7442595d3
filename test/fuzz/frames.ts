import fc from "fast-check";
import { isFrame } from "../../src/replica/frame-check.ts";
import { Op } from "../../src/replica/frames.ts";
import { Kind } from "../../src/replica/parcel.ts";

/** Numbers of calls and streams: some that are under way, and some that can be none. */
const number = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }) },
  fc.constantFrom<unknown>(...[0, -1, 1.5, Number.NaN, Infinity, 2 ** 53, 2 ** 20 + 1]),
  fc.constantFrom<unknown>(...["1", "__proto__", null, undefined, 1n, [], {}]),
);

/** What structured clone can carry. */
const value = fc.oneof(
  fc.constantFrom<unknown>(...[undefined, null, 0, -1, 1e308, "", "__proto__", new Uint8Array(8)]),
  fc.anything({ maxDepth: 2, withBigInt: true, withDate: true, withMap: true, withSet: true }),
  fc.constant(JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}')),
);

const error = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constant({ type: "error", name: "Error", message: "no", fields: {} }),
  },
  fc.constantFrom<unknown>(
    { type: "value", fields: { value: 1 } },
    { type: "error", name: "ServeError", fields: { code: "__proto__" } },
    { type: "error", name: "x", fields: { code: 1, toString: 2 }, cause: { type: "error" } },
    { type: "error", name: "y", message: 1, stack: {}, fields: {}, errors: 1 },
  ),
  value,
);

const special = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(
      fc.constantFrom(...Object.values(Kind), 0, 99),
      fc.oneof(value, fc.constant(["GET", "http://x/", [], undefined]), fc.constant([200, "", []])),
      fc.oneof(fc.constant(0), number),
    ),
  },
  fc.constant(0),
  value,
);
const specials = fc.oneof(fc.constant(0), fc.array(special, { maxLength: 3 }), value);
const method = fc.constantFrom<unknown>(
  ...["answer", "steps", "endless", "read", "wait", "fetch", "none", "__proto__", "constructor", 7],
);
const args = fc.oneof(fc.array(value, { maxLength: 3 }), value);
const quantity = fc.oneof(fc.integer(), fc.constantFrom<unknown>(Number.NaN, Infinity, "1", 1n));
const deadline = fc.oneof(fc.constant(undefined), quantity);
const flags = fc.oneof(fc.nat(31), value);

/** Frames that are nearly right, in any order; every fifth has lost or gained something. */
export function anyFrame(): fc.Arbitrary<unknown> {
  const op = <const Name extends keyof typeof Op>(name: Name, ...rest: fc.Arbitrary<unknown>[]) =>
    fc.tuple(fc.constant(Op[name]), ...rest) as fc.Arbitrary<unknown[]>;
  const frame = fc.oneof(
    {
      weight: 6,
      arbitrary: op(
        ...(["Call", number, method, args, specials, fc.string(), deadline, quantity] as const),
        ...([flags, value, value] as const),
      ),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(number, method, special)
        .map(([id, name, one]) => [
          ...[Op.Call, id, name, [undefined], [one], "r", undefined, 0, 1, "/"],
        ]),
    },
    op("Cancel", number, error),
    op("Slot", number, quantity, quantity),
    op("Release"),
    { weight: 4, arbitrary: op("Value", number, value, special) },
    op("Error", number, error),
    op("Refused", number, fc.boolean(), fc.oneof(fc.constant(0), fc.tuple(args, specials), value)),
    op("Granted", number),
    op("Goodbye"),
    op("Model", fc.oneof(fc.string(), value), fc.boolean()),
    op("Waited", number, fc.oneof(fc.double(), value)),
    op("Room", fc.oneof(fc.nat(), value)),
    { weight: 3, arbitrary: op("Pull", number, fc.oneof(number, fc.constant(2 ** 40))) },
    { weight: 3, arbitrary: op("Item", number, value) },
    op("End", number),
    op("Fail", number, error),
    op("Stop", number, error),
  );
  return fc.oneof(
    { weight: 12, arbitrary: frame },
    { weight: 1, arbitrary: fc.tuple(frame, fc.nat(4)).map(([whole, to]) => whole.slice(0, to)) },
    { weight: 1, arbitrary: fc.tuple(frame, value).map(([whole, more]) => [...whole, more]) },
    { weight: 1, arbitrary: fc.oneof(value, fc.tuple(fc.integer({ min: -2, max: 40 }), value)) },
  );
}

/** Messages of a peer that has gone wrong: half of them are frames throughout, since nothing is read after one that is none. */
export function anyMessages(): fc.Arbitrary<unknown[]> {
  const messages = (frame: fc.Arbitrary<unknown>, message: fc.Arbitrary<unknown>) => {
    const frames = fc.array(frame, { minLength: 1, maxLength: 8 });
    const any = fc.oneof({ weight: 15, arbitrary: frames }, message);
    return fc.array(any, { minLength: 1, maxLength: 8 });
  };
  return fc.oneof(
    messages(anyFrame(), value),
    messages(anyFrame().filter(isFrame), fc.constant([])),
  );
}
