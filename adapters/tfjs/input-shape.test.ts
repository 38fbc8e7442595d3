import { expect, test } from "vitest";
import { inputShape } from "./input-shape.ts";

test.each([
  [[null, 28, 28, 1], 784, [1, 28, 28, 1]],
  [[null, 28, 28, 1], 2352, [3, 28, 28, 1]],
  [[null, 3], 3, [1, 3]],
  [[null], 5, [5]],
])("%j with %i values is %j", (declared, length, shape) => {
  expect(inputShape(declared, length)).toEqual(shape);
});

test.each([
  [[null, 28, 28, 1], 783, "takes [?, 28, 28, 1], 784 values an item, not 783"],
  [[null, 2], 0, "2 values an item, not 0"],
  [[null, null, 3], 6, "takes [?, ?, 3]: say which shape these 6 values have"],
])("%j with %i values is refused", (declared, length, message) => {
  expect(() => inputShape(declared, length)).toThrow(message);
});
