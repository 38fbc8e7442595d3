import { holdNothing, type Platform, synchronousContext, systemClock } from "../../src/index.ts";
import type { PortConnection } from "../../src/replica/broker.ts";
import { browserSpawner } from "./spawner.ts";

export { serveReplica } from "./guest.ts";
export { type BrowserListening, type BrowserListenOptions, listen } from "./listen.ts";

/** Makes the worker whose script calls `serveReplica(app)`. */
export type WorkerFactory = () => Worker;

/**
 * How replicas find the code: a factory in the form that bundlers detect,
 * `() => new Worker(new URL("./app.worker.ts", import.meta.url), { type: "module" })`, with the name of the export
 * where the worker serves a module of several applications.
 */
export type BrowserModule =
  | WorkerFactory
  | { readonly worker: WorkerFactory; readonly export: string };

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
