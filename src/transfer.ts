const lists = new WeakMap<object, Transferable[]>();

/**
 * Marks buffers of an argument or result to be moved instead of cloned: they are empty here afterwards.
 * Give it the argument or result itself, not something inside it.
 *
 * @example classifier.predict(transfer(pixels, [pixels.buffer]))
 */
export function transfer<T extends object>(value: T, buffers: Transferable[]): T {
  lists.set(value, buffers);
  return value;
}

export function transferList(value: object): Transferable[] | undefined {
  return lists.get(value);
}
