import type { Cancellation } from "./cancellation.ts";
import { ServeError } from "./errors.ts";

/** What a running call knows of itself. */
export interface CallContext {
  readonly application: string;
  readonly deployment: string;
  readonly replicaId: string;
  readonly requestId: string;
  /** Aborted when the caller cancels; the reason is the caller's. */
  readonly signal: AbortSignal;
}

/** How a platform keeps the context of a call: across awaits where it has AsyncLocalStorage. */
export interface AsyncContext {
  run<R>(context: CallContext, fn: () => R): R;
  current(): CallContext | undefined;
}

/** For platforms without AsyncLocalStorage: the context is there until the method's first `await`. */
export function synchronousContext(): AsyncContext {
  let current: CallContext | undefined;
  return {
    run(context, fn) {
      const outer = current;
      current = context;
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

export function currentContext(): CallContext | undefined {
  for (const asyncContext of registered) {
    const context = asyncContext.current();
    if (context) return context;
  }
  return undefined;
}

/**
 * The context of the call that is running. In the browser read it before the first `await`.
 *
 * @throws ServeError `INVALID_APPLICATION` when no call is running
 */
export function context(): CallContext {
  const current = currentContext();
  if (current) return current;
  throw new ServeError(
    "INVALID_APPLICATION",
    "context(): no call is running here; call it in a method of a deployment, before the first await where the platform has no AsyncLocalStorage (browsers)",
  );
}

/** What a call's context says of its replica. */
export type ContextReplica = Pick<CallContext, "application" | "deployment" | "replicaId">;

/** The context of a running call. The signal exists only if it is read: most methods never do. */
export class RunningCall implements CallContext {
  readonly requestId: string;
  readonly #replica: ContextReplica;
  readonly #cancellation: Cancellation;
  #controller: AbortController | undefined;

  constructor(replica: ContextReplica, requestId: string, cancellation: Cancellation) {
    this.#replica = replica;
    this.requestId = requestId;
    this.#cancellation = cancellation;
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

  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = new AbortController();
      this.#controller = controller;
      this.#cancellation.listener = (reason) => controller.abort(reason);
    }
    return this.#controller.signal;
  }
}
