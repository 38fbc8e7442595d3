import { availableParallelism, totalmem } from "node:os";
import { holdNothing, type Platform, systemClock } from "../../src/index.ts";
import { memoryStore } from "../../src/memory-store.ts";
import type { ResourceNeeds } from "../../src/options.ts";
import type { PortConnection } from "../../src/replica/broker.ts";
import { capacityOf } from "../../src/resources.ts";
import type { StateStore } from "../../src/state-store.ts";
import type { LogSink } from "../../src/telemetry/log-line.ts";
import { type NodeLoader, nodeLoader } from "./app-loader.ts";
import { nodeContext } from "./context.ts";
import { stderrSink } from "./log-sink.ts";
import type { NodeModule } from "./node-module.ts";
import { nodeSpawner } from "./spawner.ts";

export { type AdminHost, type AdminListenOptions, listenAdmin } from "./admin-listener.ts";
export { closeOnSignals } from "./close-on-signals.ts";
export { type Listening, type ListenOptions, listen } from "./listen.ts";

export type { NodeModule } from "./node-module.ts";
export { sqliteStore } from "./store.ts";

export interface NodeOptions {
  /** Where the target state is kept: `await sqliteStore(file)` outlives the process, the default does not. */
  store?: StateStore;
  /** What replicas can reserve: by default the machine's cores and memory, and no GPU. */
  resources?: ResourceNeeds;
  /** Where the log goes, that of replicas in threads too: to stderr by default. */
  log?: LogSink;
}

export interface NodePlatform extends Platform<NodeModule, PortConnection> {
  readonly loader: NodeLoader;
}

const MIB = 1024 * 1024;

function machine() {
  return { cpus: availableParallelism(), gpus: 0, memoryMb: Math.floor(totalmem() / MIB) };
}

/** Node: replicas in worker threads that import the app module, or in the host's own thread. */
export function node(options: NodeOptions = {}): NodePlatform {
  const { store = memoryStore(), resources = {}, log = stderrSink() } = options;
  const asyncContext = nodeContext();
  return {
    name: "node",
    clock: systemClock,
    asyncContext,
    log,
    hold: holdNothing,
    defaultIsolation: (module) => (module === undefined ? "inline" : "worker"),
    loader: nodeLoader(),
    store,
    spawner: nodeSpawner(asyncContext, log, capacityOf(resources, machine())),
  };
}
