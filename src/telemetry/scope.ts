import { currentCall } from "../context.ts";
import { Registry } from "./registry.ts";

/** What code counts that runs in no replica, such as a host's own. */
export const hostRegistry = new Registry();

let only: Registry | undefined;
let starting: Registry | undefined;

/** This thread is one replica and nothing else: all that its code counts is the replica's. */
export function dedicateThread(registry: Registry | undefined): void {
  only = registry;
}

/** Runs code of a replica that is no call, such as its constructor: it counts for the replica until it first awaits. */
export function countingFor<R>(registry: Registry | undefined, run: () => R): R {
  const outer = starting;
  starting = registry;
  try {
    return run();
  } finally {
    starting = outer;
  }
}

/** Where the code that runs now counts: its replica's registry, as far as the platform can tell. */
export function currentRegistry(): Registry {
  return only ?? starting ?? currentCall()?.registry ?? hostRegistry;
}
