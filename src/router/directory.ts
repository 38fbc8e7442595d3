import type { LoadSource } from "../autoscale/load-meter.ts";
import type { DeploymentKey } from "../handle.ts";
import type { Backpressure } from "../options.ts";
import type { ReplicaCaller } from "../replica/protocol.ts";
import type { Canary } from "./canary.ts";
import type { RouterOption } from "./router-option.ts";
import type { Arm } from "./traffic.ts";

/** News of one deployment's replica set. The first one holds all there is. */
export interface ReplicaSetChange<Caller extends ReplicaCaller = ReplicaCaller> {
  readonly limits: CallLimits;
  readonly added: readonly Caller[];
  /** Replicas that must not be chosen any more: dead or draining. */
  readonly removed: readonly string[];
  /** Set while no call can succeed: waiting calls and new ones reject with it. */
  readonly failure: unknown;
}

export interface CallLimits {
  /** Cap of each replica, over all its callers. */
  readonly maxOngoingRequests: number;
  /** Cap of each caller's queue; -1 for none. */
  readonly maxQueuedRequests: number;
  /** Milliseconds that a call may take from when it is sent; undefined for no end. */
  readonly requestTimeoutMs: number | undefined;
  /** What callers are told when the queue is full. */
  readonly backpressure?: Backpressure;
  /** How each caller chooses a replica. */
  readonly router: RouterOption;
  /** Set while an update moves traffic to a new version step by step. */
  readonly canary?: Canary | undefined;
  /** Its load is to be measured, for somebody scales by it. */
  readonly autoscaled?: boolean;
}

/** How the calls of a split are divided; plain data. */
export interface Traffic {
  /** Their weights add up to 1. */
  readonly arms: readonly TrafficArm[];
  readonly shadows: readonly TrafficArm[];
}

export interface TrafficArm extends Arm {
  readonly key: DeploymentKey;
}

/** Tells who serves a deployment, by event. */
export interface Directory<Caller extends ReplicaCaller = ReplicaCaller> {
  /** Calls the listener now or soon with all there is, then on each change. Returns what stops it. */
  watch(key: DeploymentKey, listener: (change: ReplicaSetChange<Caller>) => void): () => void;
  /** The same for the traffic of a split; undefined where none of that key runs. */
  watchTraffic(key: DeploymentKey, listener: (traffic: Traffic | undefined) => void): () => void;
  /**
   * Has a caller's load count where the deployment is scaled. Returns what ends that.
   *
   * @param now the platform's clock
   */
  measure(key: DeploymentKey, source: LoadSource, now: () => number): () => void;
}
