import type { AutoscalingStats } from "../../src/autoscale/policy.ts";
import type { ErrorData } from "../../src/error-data.ts";
import type { Origin } from "../../src/origin.ts";
import type { ReplicaSettings, ReplicaSpec } from "../../src/replica/protocol.ts";
import type { Place } from "../../src/router/queue.ts";
import type { MetricsSnapshot } from "../../src/telemetry/snapshot.ts";
import type { CloudflareModule } from "./code-names.ts";
import type { WireValue } from "./wire.ts";

/**
 * What a replica in a Durable Object answers to. Errors cross as data, so whatever rejects is the platform's: the
 * object died. The next one who asks finds it started again, with the settings that it was given last.
 */
export interface ReplicaRpc {
  /** Makes the object a replica, until `retire`. */
  start(origin: ReplicaOrigin): Promise<Failure | undefined>;
  call(call: WireCall): Promise<WireReply>;
  cancel(caller: string, id: number, reason: ErrorData): Promise<void>;
  /** Keeps a slot for the caller if one is free now: a call whose arguments stream must not be refused. */
  keep(caller: string): Promise<"kept" | "busy" | "gone">;
  /** Resolves once a slot is kept for the caller, or none will ever be. */
  slot(caller: string, place: Place): Promise<"kept" | "gone">;
  release(caller: string): Promise<void>;
  reconfigure(settings: ReplicaSettings): Promise<Failure | undefined>;
  check(): Promise<Health | Failure>;
  /** What it has counted since it was started last. */
  metrics(): Promise<MetricsSnapshot>;
  autoscalingStats(): Promise<{ readonly stats: AutoscalingStats } | Failure>;
  /** From now on calls are refused, also after an eviction. Resolves when those that run have ended. */
  drain(): Promise<void>;
  /** The object is no replica from now on and refuses calls for good; nothing stays in its storage. */
  retire(): Promise<void>;
  /** Ends the object's memory, and whatever runs in it. */
  abort(): Promise<void>;
}

/** What a replica starts from, now and after each eviction. */
export interface ReplicaOrigin {
  readonly spec: ReplicaSpec;
  readonly code: CloudflareModule;
}

export interface Failure {
  readonly error: ErrorData;
}

export interface Health {
  /** Calls that run there. */
  readonly ongoing: number;
}

export interface WireCall {
  /** The isolate that calls; ids are its own. */
  readonly caller: string;
  readonly id: number;
  readonly method: string;
  readonly args: readonly WireValue[];
  readonly requestId: string;
  readonly deadline: number | undefined;
  readonly priority: number;
  readonly origin: Origin | undefined;
  readonly http: boolean;
  readonly timed: boolean;
  /** The model that the call names. */
  readonly modelId: string | undefined;
  readonly reserved: boolean;
}

export type WireReply = WireAnswer & {
  /** The models that the replica holds or is loading, where the isolate that calls knows of others. */
  readonly models?: readonly string[];
  /** The same for the calls that its batches need at once. */
  readonly room?: number;
};

export type WireAnswer =
  | {
      readonly value: WireValue;
      /** The longest that the call waited for a batch, in milliseconds, where it did and is timed. */
      readonly batchWaitMs?: number | undefined;
    }
  | { readonly refused: "busy" | "gone" }
  | Failure;
