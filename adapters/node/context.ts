import { AsyncLocalStorage } from "node:async_hooks";
import type { AsyncContext, CallContext } from "../../src/context.ts";

/** The context of a call follows it across awaits. */
export function nodeContext(): AsyncContext {
  const storage = new AsyncLocalStorage<CallContext>();
  return {
    run: (context, fn) => storage.run(context, fn),
    current: () => storage.getStore(),
  };
}
