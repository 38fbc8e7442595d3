import { AsyncLocalStorage } from "node:async_hooks";
import type { AsyncContext, CallContext } from "../../src/context.ts";
import { holdNothing, type Platform, systemClock } from "../../src/index.ts";
import type { PortConnection } from "../../src/replica/broker.ts";
import { nodeSpawner } from "./spawner.ts";

export { closeOnSignals } from "./close-on-signals.ts";
export { type Listening, type ListenOptions, listen } from "./listen.ts";

/** How workers find the code: the URL of the app module, with `#name` for a named export. */
export type NodeModule = string | URL;

/** Node: replicas in worker threads that import the app module, or in the host's own thread. */
export function node(): Platform<NodeModule, PortConnection> {
  const asyncContext = nodeContext();
  return {
    name: "node",
    clock: systemClock,
    asyncContext,
    hold: holdNothing,
    defaultIsolation: (module) => (module === undefined ? "inline" : "worker"),
    spawner: nodeSpawner(asyncContext),
  };
}

/** The context of a call follows it across awaits. */
export function nodeContext(): AsyncContext {
  const storage = new AsyncLocalStorage<CallContext>();
  return {
    run: (context, fn) => storage.run(context, fn),
    current: () => storage.getStore(),
  };
}
