import { currentCall } from "../context.ts";
import { hostLogger, logOnlyTo } from "./host-logger.ts";
import type { Logger } from "./logger.ts";
import { Registry } from "./registry.ts";

/** Where code counts and logs: one for each replica. */
export interface Scope {
  /** Undefined where nothing is counted. */
  readonly registry: Registry | undefined;
  readonly logger: Logger;
}

/** What code counts that runs in no replica, such as a host's own. */
export const hostRegistry = new Registry();

/** Of code that runs in no replica. */
export const hostScope: Scope = {
  registry: hostRegistry,
  get logger() {
    return hostLogger();
  },
};
let only: Scope | undefined;
let starting: Scope | undefined;

/** This thread is one replica and nothing else: all that its code counts and logs is the replica's. */
export function dedicateThread(scope: Scope): void {
  only = scope;
  logOnlyTo(scope.logger);
}

/** Runs code of a replica that is no call, such as its constructor: it is the replica's until it first awaits. */
export function runningFor<R>(scope: Scope, run: () => R): R {
  const outer = starting;
  starting = scope;
  try {
    return run();
  } finally {
    starting = outer;
  }
}

/** The replica whose code runs now, as far as the platform can tell; undefined for code of no replica. */
export function replicaScope(): Scope | undefined {
  return only ?? starting ?? currentCall()?.scope;
}

export function currentScope(): Scope {
  return replicaScope() ?? hostScope;
}

/** Where the code that runs now counts. */
export function currentRegistry(): Registry {
  return currentScope().registry ?? hostRegistry;
}
