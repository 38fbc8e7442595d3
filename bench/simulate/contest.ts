import { isoserveScaler } from "./isoserve.ts";
import { rayScaler } from "./ray.ts";
import { type Outcome, simulate } from "./simulation.ts";
import type { Trace } from "./traces.ts";

/** Both have the same, but for what is theirs by default. */
const TARGET = 2;
const MOST = 100;

/** The same calls under isoserve's defaults and under Ray's. */
export function contest(trace: Trace): { readonly isoserve: Outcome; readonly ray: Outcome } {
  const options = { targetOngoingRequests: TARGET, maxReplicas: MOST };
  return {
    isoserve: simulate(trace, TARGET, (clock) => isoserveScaler(clock, options)),
    ray: simulate(trace, TARGET, (clock) => rayScaler(clock, { target: TARGET, most: MOST })),
  };
}
