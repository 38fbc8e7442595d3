import { exportsLoader } from "../../src/exports-loader.ts";
import { holdNothing, type Platform, synchronousContext, systemClock } from "../../src/index.ts";
import { memoryStore } from "../../src/memory-store.ts";
import type { ResourceNeeds } from "../../src/options.ts";
import type { PortConnection } from "../../src/replica/broker.ts";
import { capacityOf } from "../../src/resources.ts";
import type { StateStore } from "../../src/state-store.ts";
import { consoleSink } from "../../src/telemetry/console-sink.ts";
import type { LogSink } from "../../src/telemetry/log-line.ts";
import { type BrowserModule, browserSpawner, type WorkerFactory } from "./spawner.ts";

export { cancellableFetch } from "./cancellable-fetch.ts";
export { serveReplica } from "./guest.ts";
export { type BrowserListening, type BrowserListenOptions, listen } from "./listen.ts";

export type { BrowserModule, WorkerFactory } from "./spawner.ts";
export { indexedDbStore } from "./store.ts";

export interface BrowserOptions {
  /** Where the target state is kept: `await indexedDbStore()` outlives the page, the default does not. */
  store?: StateStore;
  /** The module whose exports a configuration names, for `serve.declarations`. */
  exports?: Readonly<Record<string, unknown>>;
  /** Makes the worker that serves the same module; without it what is declared runs in the page's own thread. */
  worker?: WorkerFactory;
  /** What replicas can reserve: by default the cores and one GPU where there is WebGPU. */
  resources?: ResourceNeeds;
  /** Where the log goes, that of replicas in workers too: to the page's console by default. */
  log?: LogSink;
}

/** What a page can find out. How much memory it may use it can't. */
function device() {
  const gpus = "gpu" in navigator ? 1 : 0;
  return { cpus: navigator.hardwareConcurrency, gpus, memoryMb: Number.POSITIVE_INFINITY };
}

/** The browser: replicas in Web Workers, or in the page's own thread. */
export function browser(options: BrowserOptions = {}): Platform<BrowserModule, PortConnection> {
  const {
    store = memoryStore(),
    exports = {},
    worker,
    resources = {},
    log = consoleSink("text"),
  } = options;
  const asyncContext = synchronousContext();
  return {
    name: "browser",
    clock: systemClock,
    asyncContext,
    log,
    hold: holdNothing,
    defaultIsolation: (module) => (module === undefined ? "inline" : "worker"),
    loader: exportsLoader<BrowserModule>(
      exports,
      "the exports given to browser()",
      (name, args) => worker && { worker, export: name, ...(args !== undefined && { args }) },
    ),
    store,
    spawner: browserSpawner(asyncContext, log, capacityOf(resources, device())),
  };
}
