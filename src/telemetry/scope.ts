import { currentCall } from "../context.ts";
import { Registry } from "./registry.ts";

/** What code counts that runs in no replica, such as a host's own. */
export const hostRegistry = new Registry();

let only: Registry | undefined;

/** This thread is one replica and nothing else: all that its code counts is the replica's. */
export function dedicateThread(registry: Registry): void {
  only = registry;
}

/** Where the code that runs now counts: its replica's registry, as far as the platform can tell. */
export function currentRegistry(): Registry {
  return only ?? currentCall()?.registry ?? hostRegistry;
}
