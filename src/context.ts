import type { BatchInfo } from "./batch/batch-info.ts";
import type { ReplicaBatches } from "./batch/replica-batches.ts";
import type { Cancellation } from "./cancellation.ts";
import type { Clock } from "./clock.ts";
import { expireLate } from "./deadline.ts";
import { ServeError } from "./errors.ts";
import type { ModelUser } from "./multiplex/model-user.ts";
import type { ReplicaModels } from "./multiplex/replica-models.ts";
import type { Origin } from "./origin.ts";
import type { CallRequest } from "./replica/protocol.ts";
import type { Scope } from "./telemetry/scope.ts";

/** What a running call knows of itself. */
export interface CallContext {
  readonly application: string;
  readonly deployment: string;
  readonly replicaId: string;
  readonly requestId: string;
  /** The model that the call names; undefined where it names none. */
  readonly modelId: string | undefined;
  /** Aborted when the caller cancels, with the caller's reason, and when the deadline passes, with a `TIMEOUT`. */
  readonly signal: AbortSignal;
  /** When the call is cancelled at the latest, in milliseconds since the epoch; undefined for no deadline. */
  readonly deadline: number | undefined;
  /** The prefix of the route by which the HTTP request came that led here; undefined where none did. */
  readonly route: string | undefined;
  /** The trace it belongs to, by W3C Trace Context: what an own request to another server should send on. */
  readonly traceparent: string | undefined;
  /** Goes with `traceparent`. */
  readonly tracestate: string | undefined;
  /**
   * In a batch function, what it may know of its batch; undefined elsewhere. The rest of the context is that of the batch: the
   * id and the trace of its first call, the highest priority, the latest deadline, and a signal that aborts when all its
   * calls are cancelled.
   */
  readonly batch: BatchInfo | undefined;
}

/** How a platform keeps the context of a call: across awaits where it has AsyncLocalStorage. */
export interface AsyncContext {
  run<R>(call: RunningCall, fn: () => R): R;
  current(): RunningCall | undefined;
}

/** For platforms without AsyncLocalStorage: the context is there until the method's first `await`. */
export function synchronousContext(): AsyncContext {
  let current: RunningCall | undefined;
  return {
    run(call, fn) {
      const outer = current;
      current = call;
      try {
        return fn();
      } finally {
        current = outer;
      }
    },
    current: () => current,
  };
}

// `context()` is a free function, so it must find the platform whose replica is running: each replica
// registers its platform's AsyncContext, and one process holds one or two of them.
const registered = new Set<AsyncContext>();

export function registerAsyncContext(asyncContext: AsyncContext): void {
  registered.add(asyncContext);
}

/** The call in which this code runs, as far as the platform can tell. */
export function currentCall(): RunningCall | undefined {
  for (const asyncContext of registered) {
    const call = asyncContext.current();
    if (call) return call;
  }
  return undefined;
}

/**
 * The context of the call that is running. In the browser read it before the first `await`.
 *
 * @throws ServeError `INVALID_APPLICATION` when no call is running
 */
export function context(): CallContext {
  const current = currentCall();
  if (current) return current;
  throw new ServeError(
    "INVALID_APPLICATION",
    "context(): no call is running here; call it in a method of a deployment, before the first await where the platform has no AsyncLocalStorage (browsers)",
  );
}

/** What a call's context says of its replica. */
export interface ContextReplica
  extends Pick<CallContext, "application" | "deployment" | "replicaId"> {
  readonly models: ReplicaModels;
  /** Undefined where a model is loaded. */
  readonly batches: ReplicaBatches | undefined;
}

const ENDED: unique symbol = Symbol("ended");

/** The context of a running call. The signal exists only if it is read: most methods never do. */
export class RunningCall implements CallContext, ModelUser {
  readonly requestId: string;
  readonly modelId: string | undefined;
  /** What the calls have that it makes, as they have its id and its origin. */
  readonly priority: number;
  /** Where the code that it runs counts and logs. */
  readonly scope: Scope | undefined;
  readonly origin: Origin | undefined;
  readonly batch: BatchInfo | undefined;
  /** Somebody wants to know how long it waits for batches. */
  readonly timed: boolean;
  /** The longest that it has waited for a batch, or a call that it made has, in milliseconds; undefined for never. */
  batchWaitMs: number | undefined;
  readonly #replica: ContextReplica;
  readonly #cancellation: Cancellation;
  #controller: AbortController | undefined;
  #endListeners: Set<() => void> | typeof ENDED | undefined;

  constructor(
    replica: ContextReplica,
    {
      requestId,
      priority,
      origin,
      affinity,
      timed = false,
    }: Pick<CallRequest, "requestId" | "priority" | "origin" | "affinity" | "timed">,
    cancellation: Cancellation,
    scope?: Scope,
    batch?: BatchInfo,
  ) {
    this.scope = scope;
    this.batch = batch;
    this.#replica = replica;
    this.requestId = requestId;
    this.modelId = affinity.modelId;
    this.priority = priority;
    this.origin = origin;
    this.timed = timed;
    this.#cancellation = cancellation;
  }

  waitedForBatch(ms: number): void {
    this.batchWaitMs = Math.max(this.batchWaitMs ?? 0, ms);
  }

  get application(): string {
    return this.#replica.application;
  }

  get deployment(): string {
    return this.#replica.deployment;
  }

  get replicaId(): string {
    return this.#replica.replicaId;
  }

  get models(): ReplicaModels {
    return this.#replica.models;
  }

  get batches(): ReplicaBatches | undefined {
    return this.#replica.batches;
  }

  get deadline(): number | undefined {
    return this.#cancellation.deadline;
  }

  get route(): string | undefined {
    return this.origin?.route;
  }

  get traceparent(): string | undefined {
    return this.origin?.traceparent;
  }

  get tracestate(): string | undefined {
    return this.origin?.tracestate;
  }

  /** For a call that it makes: see `Cancellation.child`. Its own deadline may have passed without word of it yet. */
  child(clock: Clock): Cancellation {
    expireLate(this.#cancellation, clock, this.replicaId);
    return this.#cancellation.child();
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = new AbortController();
      this.#controller = controller;
      this.#cancellation.listener = (reason) => controller.abort(reason);
    }
    return this.#controller.signal;
  }

  /** Returns what takes the listener back. */
  whenEnded(listener: () => void): () => void {
    const listeners = this.#endListeners ?? new Set();
    if (listeners === ENDED) {
      listener();
      return () => {};
    }
    this.#endListeners = listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Its code has ended, its streams too. */
  end(): void {
    const listeners = this.#endListeners;
    this.#endListeners = ENDED;
    if (listeners && listeners !== ENDED) for (const listener of listeners) listener();
  }
}
