import { holdNothing, type Platform, synchronousContext, systemClock } from "../../src/index.ts";
import type { PortConnection } from "../../src/replica/broker.ts";
import { type BrowserModule, browserSpawner } from "./spawner.ts";

export { serveReplica } from "./guest.ts";
export { type BrowserListening, type BrowserListenOptions, listen } from "./listen.ts";

export type { BrowserModule, WorkerFactory } from "./spawner.ts";

/** The browser: replicas in Web Workers, or in the page's own thread. */
export function browser(): Platform<BrowserModule, PortConnection> {
  const asyncContext = synchronousContext();
  return {
    name: "browser",
    clock: systemClock,
    asyncContext,
    hold: holdNothing,
    defaultIsolation: (module) => (module === undefined ? "inline" : "worker"),
    spawner: browserSpawner(asyncContext),
  };
}
