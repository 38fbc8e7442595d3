/** Frees what a model has: by `Symbol.asyncDispose`, `Symbol.dispose` or, as TensorFlow.js has it, `dispose()`. */
export async function disposeModel(model: unknown): Promise<void> {
  const { [Symbol.asyncDispose]: later, [Symbol.dispose]: now, dispose } = disposable(model);
  await (later ?? now ?? dispose)?.call(model);
}

type Disposer = (() => unknown) | undefined;

interface MaybeDisposable {
  readonly [Symbol.asyncDispose]?: Disposer;
  readonly [Symbol.dispose]?: Disposer;
  readonly dispose?: Disposer;
}

function disposable(model: unknown): MaybeDisposable {
  const isObject = (typeof model === "object" && model !== null) || typeof model === "function";
  return isObject ? (model as MaybeDisposable) : {};
}
