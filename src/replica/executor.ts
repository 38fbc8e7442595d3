import type { Cancellation } from "../cancellation.ts";
import type { Clock } from "../clock.ts";
import { type AsyncContext, type ContextReplica, RunningCall } from "../context.ts";
import { withComputeTime } from "../http/server-timing.ts";
import type { ReplicaMetrics } from "../telemetry/replica-metrics.ts";
import type { Scope } from "../telemetry/scope.ts";
import { below, codeSpan } from "../telemetry/spans.ts";
import { timedOut } from "../timeout.ts";
import { respond, showCancellation } from "./http-call.ts";
import { isIteration, iterateIn } from "./iteration.ts";
import type { LiveAnswers } from "./live-answers.ts";
import type { Methods } from "./methods.ts";
import { notSendable } from "./not-sendable.ts";
import type { Overdue } from "./overdue.ts";
import { type Parcel, pack } from "./parcel.ts";
import type { CallRequest } from "./protocol.ts";
import type { Slots } from "./slots.ts";

/** A call that ran; `finish` must be called once, when its result, streams too, was handed over or dropped. */
export interface Execution {
  readonly value: unknown;
  /** The longest that it waited for a batch, in milliseconds, where it did and somebody wants to know. */
  readonly batchWaitMs: number | undefined;
  /** The value in parts, where structured clone can't carry it. */
  readonly parcel: Parcel | undefined;
  readonly finish: () => void;
}

/** What of a call it takes to run it. */
export type ExecutedCall = Pick<
  CallRequest,
  "method" | "requestId" | "priority" | "origin" | "http" | "timed" | "affinity"
>;

/** What the calls of a replica run with. */
export interface ExecutorParts {
  readonly replica: ContextReplica;
  readonly methods: Methods;
  readonly slots: Slots;
  readonly overdue: Overdue;
  readonly live: LiveAnswers;
  readonly metrics: ReplicaMetrics | undefined;
  readonly scope: Scope;
  readonly asyncContext: AsyncContext;
  readonly clock: Clock;
}

/** Runs the calls of one replica: each in its context, counted, traced, and watched until its last stream has ended. */
export class Executor {
  readonly #parts: ExecutorParts;

  constructor(parts: ExecutorParts) {
    this.#parts = parts;
  }

  /**
   * Runs a call that has been admitted to the slots.
   *
   * @param receive makes the arguments; what it throws fails the call
   * @throws what the method throws
   */
  async run(
    request: ExecutedCall,
    receive: () => readonly unknown[],
    cancellation: Cancellation,
  ): Promise<Execution> {
    const { replica, methods, slots, overdue, live, metrics, scope, asyncContext, clock } =
      this.#parts;
    const { method: name, requestId, origin } = request;
    const span = codeSpan(replica, name, requestId, origin);
    const made = span ? { ...request, origin: below(span, origin) } : request;
    const context = new RunningCall(replica, made, cancellation, scope);
    const began = metrics?.began() ?? 0;
    const admittedAt = request.timed ? clock.now() : 0;
    let failed = false;
    const fail = (error: unknown) => {
      failed = true;
      span?.fail(error);
    };
    const settled = overdue.watch(name, cancellation);
    let forget: (() => void) | undefined;
    const over = () => {
      settled();
      // That its client leaves is how an answer ends that goes on: nothing was wasted.
      metrics?.ended(began, failed, cancellation.cancelled && !forget);
      if (span && cancellation.cancelled && !failed && !forget) span.fail(cancellation.reason);
      span?.end();
      forget?.();
      cancellation.end();
      context.end();
      slots.leave();
    };
    try {
      this.#refuseLate(cancellation);
      const method = methods.get(name);
      const args = receive();
      if (request.http) showCancellation(args[0], context);
      const run = <R>(fn: () => R) => asyncContext.run(context, span ? () => span.run(fn) : fn);
      const result = await run(() => method(...args));
      // A generator's body runs when it is pulled, so each pull needs the context again.
      const streamed = isIteration(result) ? iterateIn(run, result, fail) : result;
      const value = request.http ? this.#respond(streamed, request, admittedAt, context) : streamed;
      forget = live.begin(args[0], value, { run, cancellation, fail });
      const parcel = this.#pack(name, value);
      const batchWaitMs = request.timed ? context.batchWaitMs : undefined;
      return { value, parcel, batchWaitMs, finish: over };
    } catch (error) {
      fail(error);
      over();
      throw error;
    }
  }

  #respond(
    result: unknown,
    { requestId, timed }: ExecutedCall,
    admittedAt: number,
    { batchWaitMs }: RunningCall,
  ): Response {
    const response = respond(result, requestId);
    if (!timed) return response;
    return withComputeTime(response, this.#parts.clock.now() - admittedAt, batchWaitMs);
  }

  /** Nobody waits for it any more. */
  #refuseLate({ deadline }: Cancellation): void {
    const { clock, replica } = this.#parts;
    if (deadline === undefined || deadline > clock.now()) return;
    throw timedOut(replica.replicaId, deadline);
  }

  #pack(method: string, value: unknown): Parcel | undefined {
    try {
      return pack(value);
    } catch (error) {
      throw notSendable(`${this.#parts.replica.replicaId}: the result of ${method}`, error);
    }
  }
}
