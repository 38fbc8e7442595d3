import type { AsyncContext } from "../../src/context.ts";
import {
  type Clock,
  holdNothing,
  type Platform,
  ServeError,
  synchronousContext,
  systemClock,
} from "../../src/index.ts";
import { startInline } from "../../src/replica/inline-spawner.ts";

export interface MemoryOptions {
  /** Drive it by hand with `manualClock()`. */
  clock?: Clock;
  asyncContext?: AsyncContext;
}

/**
 * Everything in the caller's own thread, by the same rules as anywhere else: caps, queues, clones and deaths.
 * For tests and as the reference that other platforms are compared with.
 */
export function memory(options: MemoryOptions = {}): Platform<never> {
  const { clock = systemClock, asyncContext = synchronousContext() } = options;
  return {
    name: "memory",
    clock,
    asyncContext,
    hold: holdNothing,
    defaultIsolation: () => "inline",
    spawner: {
      start: (spec, source, directory) => {
        if (source.isolation !== "inline") {
          throw new ServeError(
            "NOT_SUPPORTED",
            `deployment(${spec.deployment}): the memory platform has no workers; remove isolation: "worker"`,
          );
        }
        return startInline(spec, source, directory, {
          clock,
          asyncContext,
          hold: holdNothing,
          defer: queueMicrotask,
        });
      },
    },
  };
}
