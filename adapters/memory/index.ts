import type { AsyncContext } from "../../src/context.ts";
import { exportsLoader } from "../../src/exports-loader.ts";
import {
  type Clock,
  holdNothing,
  type Platform,
  ServeError,
  synchronousContext,
  systemClock,
} from "../../src/index.ts";
import { keepNothing } from "../../src/keep-alive.ts";
import { memoryStore } from "../../src/memory-store.ts";
import type { ResourceNeeds } from "../../src/options.ts";
import { noSurvivors } from "../../src/platform.ts";
import { startInline } from "../../src/replica/inline-spawner.ts";
import { capacityOf } from "../../src/resources.ts";
import type { StateStore } from "../../src/state-store.ts";
import { consoleSink } from "../../src/telemetry/console-sink.ts";
import type { LogSink } from "../../src/telemetry/log-line.ts";

export interface MemoryOptions {
  /** Drive it by hand with `manualClock()`. */
  clock?: Clock;
  asyncContext?: AsyncContext;
  /** Where the target state is kept; this thread's memory by default. */
  store?: StateStore;
  /** The module whose exports a configuration names. */
  exports?: Readonly<Record<string, unknown>>;
  /** What the host has for replicas to reserve; of what is not named here it has no end, of custom resources none. */
  resources?: ResourceNeeds;
  /** Where the log goes: to the console by default. */
  log?: LogSink;
}

const UNBOUNDED = {
  cpus: Number.POSITIVE_INFINITY,
  gpus: Number.POSITIVE_INFINITY,
  memoryMb: Number.POSITIVE_INFINITY,
};

/**
 * Everything in the caller's own thread, by the same rules as anywhere else: caps, queues, clones and deaths.
 * For tests and as the reference that other platforms are compared with.
 */
export function memory(options: MemoryOptions = {}): Platform<never> {
  const { clock = systemClock, asyncContext = synchronousContext() } = options;
  const {
    store = memoryStore(),
    exports = {},
    resources = {},
    log = consoleSink("text"),
  } = options;
  return {
    name: "memory",
    clock,
    asyncContext,
    log,
    store,
    loader: exportsLoader<never>(exports, "the exports given to memory()", () => undefined),
    hold: holdNothing,
    defaultIsolation: () => "inline",
    spawner: {
      capacity: () => capacityOf(resources, UNBOUNDED),
      survivors: noSurvivors,
      start: async (spec, source, directory, signal) => {
        if (source.isolation !== "inline") {
          throw new ServeError(
            "NOT_SUPPORTED",
            `deployment(${spec.deployment}): the memory platform has no workers; remove isolation: "worker"`,
          );
        }
        return startInline(spec, source, directory, signal, {
          clock,
          asyncContext,
          log,
          hold: holdNothing,
          keepAlive: keepNothing,
          defer: queueMicrotask,
        });
      },
    },
  };
}
