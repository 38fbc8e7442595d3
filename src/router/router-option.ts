import { chooseConsistentHash } from "./choose/by-key.ts";
import type { Choose } from "./choose/candidate.ts";
import { chooseLeastLoaded, chooseRoundRobin } from "./choose/least.ts";
import { choosePowerOfTwo } from "./choose/power-of-two.ts";

/** The routers there are. */
export const ROUTERS = {
  powerOfTwo: choosePowerOfTwo,
  leastLoaded: chooseLeastLoaded,
  roundRobin: chooseRoundRobin,
  consistentHash: chooseConsistentHash,
} as const satisfies Readonly<Record<string, Choose>>;

export type RouterName = keyof typeof ROUTERS;

export const ROUTER_NAMES = Object.keys(ROUTERS) as RouterName[];

/** What a router of one's own is told of a call. */
export interface RoutedCall {
  readonly method: string;
  readonly requestId: string;
  readonly shardKey: string | undefined;
  readonly sessionId: string | undefined;
  readonly modelId: string | undefined;
  readonly priority: number;
}

/** A replica, as a router of one's own sees it. */
export interface RouterCandidate {
  readonly replicaId: string;
  /** Calls that this caller has running there. */
  readonly ongoing: number;
  /** Ids of the models that it holds or is loading. */
  readonly models: ReadonlySet<string>;
}

/**
 * A router of one's own: the replicas that may take a call, the best first. The first of them that has room gets it; where
 * none has, or none is given, the call waits, and is asked for again when a call ends or the replicas change.
 */
export type RouterFunction = (
  call: RoutedCall,
  candidates: readonly RouterCandidate[],
) => readonly RouterCandidate[];

/** What the option `router` may be. */
export type RouterOption = RouterName | RouterFunction;

/** The same as it crosses to other threads: a function stays where its code is. */
export type PlainRouter = RouterName | "function";

export function toPlainRouter(router: RouterOption): PlainRouter {
  return typeof router === "function" ? "function" : router;
}

/** @param known what the code says where this runs, if there is any: without the function `powerOfTwo` has to do */
export function fromPlainRouter(
  router: PlainRouter,
  known: RouterOption | undefined,
): RouterOption {
  if (router !== "function") return router;
  return typeof known === "function" ? known : "powerOfTwo";
}
