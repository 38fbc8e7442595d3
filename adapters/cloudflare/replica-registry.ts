import type { DeploymentKey } from "../../src/handle.ts";
import type { Isolation } from "../../src/options.ts";
import type { ReplicaSettings, ReplicaSpec } from "../../src/replica/protocol.ts";

/** A replica that a controller has started and not stopped. */
export interface RegisteredReplica {
  readonly replicaId: string;
  readonly index: number;
  readonly isolation: Isolation;
  /** See `ReplicaSource.version`. */
  readonly version: string;
  readonly settings: ReplicaSettings;
  readonly state: "starting" | "running" | "draining";
}

/** A list of the replicas, each written down before what it says is done: a controller that dies leaves none unknown. */
export interface ReplicaRegistry {
  starting(spec: ReplicaSpec, source: Pick<RegisteredReplica, "version" | "isolation">): void;
  running(replicaId: string): void;
  configured(replicaId: string, settings: ReplicaSettings): void;
  draining(replicaId: string): void;
  ended(replicaId: string): void;
  replicas(key: DeploymentKey): readonly RegisteredReplica[];
  /** How many replicas a deployment ever had. */
  started(key: DeploymentKey): number;
}

/** For a host whose replicas are not meant to outlive it. */
export const noRegistry: ReplicaRegistry = {
  starting: () => {},
  running: () => {},
  configured: () => {},
  draining: () => {},
  ended: () => {},
  replicas: () => [],
  started: () => 0,
};
