/**
 * The shape of a batch of `length` values for an input declared as, say, [null, 28, 28, 1]: the batch is the one
 * dimension left open.
 * @throws Error when more is left open, or the length is no whole number of items.
 */
export function inputShape(declared: readonly (number | null)[], length: number): number[] {
  const [, ...item] = declared;
  if (!item.every((size) => size !== null)) {
    throw new Error(
      `isoserve/tfjs: the model takes ${format(declared)}: say which shape these ${length} values have`,
    );
  }
  const itemLength = item.reduce((product, size) => product * size, 1);
  if (length === 0 || length % itemLength !== 0) {
    throw new Error(
      `isoserve/tfjs: the model takes ${format(declared)}, ${itemLength} values an item, not ${length}`,
    );
  }
  return [length / itemLength, ...item];
}

const format = (shape: readonly (number | null)[]) =>
  `[${shape.map((size) => size ?? "?").join(", ")}]`;
