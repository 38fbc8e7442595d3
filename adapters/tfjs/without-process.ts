/**
 * Runs `start` with no `process` in sight, so that emscripten's start-up takes its plain path on every host. It would
 * take any host with a `process` for Node, workerd included: there it asks for `__dirname`, which isn't there, and in
 * Node it adds process-wide listeners. `start` is synchronous as far as it looks for `process`, so no other code can
 * run in between and miss it.
 */
export function withoutProcess<T>(start: () => T): T {
  const saved = Object.getOwnPropertyDescriptor(globalThis, "process");
  if (saved === undefined) return start();
  Object.defineProperty(globalThis, "process", { value: undefined, configurable: true });
  try {
    return start();
  } finally {
    Object.defineProperty(globalThis, "process", saved);
  }
}
