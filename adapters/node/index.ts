import { holdNothing, type Platform, systemClock } from "../../src/index.ts";
import type { PortConnection } from "../../src/replica/broker.ts";
import { nodeContext } from "./context.ts";
import type { NodeModule } from "./node-module.ts";
import { nodeSpawner } from "./spawner.ts";

export { closeOnSignals } from "./close-on-signals.ts";
export { type Listening, type ListenOptions, listen } from "./listen.ts";

export type { NodeModule } from "./node-module.ts";

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
