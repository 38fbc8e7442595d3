/** Frees what a model has: by `Symbol.asyncDispose`, `Symbol.dispose` or, as TensorFlow.js has it, `dispose()`. */
export async function disposeModel(model: unknown): Promise<void> {
  if ((typeof model !== "object" && typeof model !== "function") || model === null) return;
  const methods = model as Readonly<Record<PropertyKey, unknown>>;
  for (const name of [Symbol.asyncDispose, Symbol.dispose, "dispose"]) {
    const method = methods[name];
    if (typeof method === "function") return await method.call(model);
  }
}
