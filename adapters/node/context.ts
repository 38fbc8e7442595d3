import { AsyncLocalStorage } from "node:async_hooks";
import type { AsyncContext, RunningCall } from "../../src/context.ts";

/** The context of a call follows it across awaits. */
export function nodeContext(): AsyncContext {
  const storage = new AsyncLocalStorage<RunningCall>();
  return {
    run: (call, fn) => storage.run(call, fn),
    current: () => storage.getStore(),
  };
}
