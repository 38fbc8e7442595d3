import type { Cancellation } from "../cancellation.ts";
import type { Origin } from "../origin.ts";
import type { Affinity } from "../router/affinity.ts";
import type { Place } from "../router/queue.ts";
import type { ReplicaLogging } from "../telemetry/logging.ts";

/** One call on its way to a replica, with the place it has in every queue. Its deadline is its cancellation's. */
export interface CallRequest extends Place {
  readonly method: string;
  /** Cloneable values, and parcels for what structured clone can't carry. */
  readonly args: readonly unknown[];
  readonly requestId: string;
  /** Absent where no HTTP request led to it. */
  readonly origin?: Origin | undefined;
  /** The result is wanted as a `Response`, mapped by the rules for HTTP answers. */
  readonly http: boolean;
  /** The `Response` that it leads to is to say how long the replica took to make it, and how much of that it waited for batches. */
  readonly timed?: boolean;
  /** Told, of a timed call that waited for a batch, how long at most, in milliseconds, before it has its answer. */
  readonly batched?: ((ms: number) => void) | undefined;
  /** For routers; the model's id goes with the call to the replica. */
  readonly affinity: Affinity;
  /** Told by routers how long the call has waited for a replica, in milliseconds, once it has run or failed. */
  readonly queued?: ((ms: number) => void) | undefined;
}

/** What became of a call. A call that ran and failed rejects with the user's error instead. */
export type CallReply =
  | {
      readonly type: "done";
      readonly value: unknown;
      /** Resolves when a streamed value has ended, with what it failed with; undefined when there is nothing to wait for. */
      readonly ended: Promise<unknown> | undefined;
    }
  | Refusal;

/** Nothing was run: all slots are taken, or the replica takes no calls any more. */
export interface Refusal {
  readonly type: "busy" | "gone";
  /** The arguments to send again. */
  readonly args: readonly unknown[];
}

/**
 * One caller's way to one replica.
 *
 * Failure contract: when the replica dies, every pending `call` rejects with `REPLICA_DIED` and every stream
 * breaks with it, within milliseconds; a `slot` that was waited for is not granted any more. Nothing stays
 * pending for ever.
 */
export interface ReplicaCaller {
  readonly replicaId: string;
  /** The models that it holds or is loading, as far as it has told. */
  readonly models: ReadonlySet<string>;
  /** Calls that its batches need at once, though `maxOngoingRequests` is less, as far as it has told; 0 for none. */
  readonly room: number;
  /**
   * @param reserved uses the slot that `slot` kept
   * @throws what the method threw; ServeError `CANCELLED`, `TIMEOUT`, `REPLICA_DIED`, `METHOD_NOT_FOUND` or `NOT_CLONEABLE`
   */
  call(request: CallRequest, cancellation: Cancellation, reserved: boolean): Promise<CallReply>;
  /**
   * Waits in line, in the place of the first call that needs it, until the replica keeps a slot for this caller:
   * `granted` is called then, and the slot must be used by a `reserved` call or given back by `release`.
   */
  slot(place: Place, granted: () => void): void;
  release(): void;
  /**
   * Tells, once, when the replica is gone: the only source of truth for death. A listener, not a promise: on
   * Cloudflare what awaits a promise is dropped when the request it awaits in has ended.
   */
  whenClosed(listener: (reason: CloseReason) => void): void;
}

export interface CloseReason {
  /** True when it was asked to go. */
  readonly expected: boolean;
  readonly message: string;
}

/** What a host can tell of a replica without asking it. */
export interface Vitals {
  /** Calls that run there. */
  readonly ongoing: number;
  /** Grows with each call that starts or ends there. */
  readonly turns: number;
  /** Part of the time since it was last read in which the replica's event loop was busy, 0 to 1. */
  readonly utilization: number;
}

/** What of a replica can change while it runs; plain data. */
export interface ReplicaSettings {
  readonly maxOngoingRequests: number;
  readonly userConfig: unknown;
  readonly terminateAfterCancelMs?: number | undefined;
  readonly logging?: ReplicaLogging | undefined;
}

/** What a replica needs to know to start; plain data. */
export interface ReplicaSpec extends ReplicaSettings {
  /** `application/deployment#incarnation`, unique among all that ever ran under one host. */
  readonly replicaId: string;
  readonly application: string;
  readonly deployment: string;
  /** The smallest free number from 0: stable names for platforms that name their replicas. */
  readonly index: number;
  /** Whether it counts its calls. */
  readonly metrics: boolean;
}
