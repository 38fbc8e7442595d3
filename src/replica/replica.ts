import { type ApplicationNode, construct } from "../application.ts";
import type { AutoscalingStats } from "../autoscale/policy.ts";
import { nameBatched } from "../batch/batched.ts";
import { ReplicaBatches } from "../batch/replica-batches.ts";
import { batchingFor } from "../batch/scope.ts";
import type { Cancellation } from "../cancellation.ts";
import { type ContextReplica, RunningCall, registerAsyncContext } from "../context.ts";
import { messageOf, ServeError } from "../errors.ts";
import { withComputeTime } from "../http/server-timing.ts";
import type { KeepAlive } from "../keep-alive.ts";
import { ReplicaModels } from "../multiplex/replica-models.ts";
import { multiplexingFor } from "../multiplex/scope.ts";
import type { Platform } from "../platform.ts";
import { ReplicaMetrics } from "../telemetry/replica-metrics.ts";
import { runningFor, type Scope } from "../telemetry/scope.ts";
import type { MetricsSnapshot } from "../telemetry/snapshot.ts";
import { below, codeSpan } from "../telemetry/spans.ts";
import { timedOut } from "../timeout.ts";
import { Hooks } from "./hooks.ts";
import { respond, showCancellation } from "./http-call.ts";
import { isIteration, iterateIn } from "./iteration.ts";
import { LiveAnswers } from "./live-answers.ts";
import { Methods } from "./methods.ts";
import { checkTermination, Overdue, type Terminate } from "./overdue.ts";
import { type Parcel, pack } from "./parcel.ts";
import type { CallRequest, ReplicaSettings, ReplicaSpec } from "./protocol.ts";
import { Pulse } from "./pulse.ts";
import { type SlotHolder, Slots } from "./slots.ts";

/** A call that ran; `finish` must be called once, when its result, streams too, was handed over or dropped. */
export interface Execution {
  readonly value: unknown;
  /** The longest that it waited for a batch, in milliseconds, where it did and somebody wants to know. */
  readonly batchWaitMs: number | undefined;
  /** The value in parts, where structured clone can't carry it. */
  readonly parcel: Parcel | undefined;
  readonly finish: () => void;
}

/** What a replica needs of its platform. */
export interface ReplicaPlatform
  extends Pick<Platform<unknown>, "asyncContext" | "clock" | "hold"> {
  readonly keepAlive: KeepAlive;
  /** Where it counts and logs. */
  readonly scope: Scope;
  /** Absent where nothing can end the replica. */
  readonly terminate?: Terminate | undefined;
}

/** One running copy of a deployment: the instance, its cap and its calls. Knows nothing of how calls reach it. */
export class Replica {
  readonly replicaId: string;
  readonly slots: Slots;
  readonly models: ReplicaModels;
  readonly batches: ReplicaBatches;
  readonly #spec: ReplicaSpec;
  readonly #self: ContextReplica;
  readonly #platform: ReplicaPlatform;
  readonly #metrics: ReplicaMetrics | undefined;
  readonly #hooks: Hooks;
  readonly #overdue: Overdue;
  #userConfig: unknown;
  #maxOngoing: number;
  readonly #methods: Methods;
  readonly #live = new LiveAnswers();
  #configuring: Promise<void> = Promise.resolve();
  #draining: Promise<void> | undefined;

  private constructor(
    spec: ReplicaSpec,
    node: ApplicationNode,
    instance: unknown,
    hooks: Hooks,
    batches: ReplicaBatches,
    overdue: Overdue,
    platform: ReplicaPlatform,
    pulse: Pulse,
  ) {
    this.replicaId = spec.replicaId;
    this.slots = new Slots(spec.maxOngoingRequests, pulse);
    this.#self = batches.replica;
    this.models = this.#self.models;
    this.batches = batches;
    this.#spec = spec;
    this.#platform = platform;
    this.#maxOngoing = spec.maxOngoingRequests;
    const { registry } = platform.scope;
    this.#metrics = registry && new ReplicaMetrics(registry, platform.clock);
    this.#hooks = hooks;
    this.#overdue = overdue;
    this.#methods = new Methods(`${spec.application}/${spec.deployment}`, node.target, instance);
    registerAsyncContext(platform.asyncContext);
    batches.watch(() => this.#setCap());
  }

  /**
   * Constructs the instance, then `init()`, `reconfigure(userConfig)` and `checkHealth()`: what starts is healthy.
   *
   * @param args the bind arguments with handles in the place of applications
   * @param pulse where it shows that it lives
   * @throws what the user's code throws
   */
  static async start(
    spec: ReplicaSpec,
    node: ApplicationNode,
    args: readonly unknown[],
    platform: ReplicaPlatform,
    pulse = new Pulse(),
  ): Promise<Replica> {
    const { scope, terminate } = platform;
    checkTermination(spec.deployment, spec, terminate);
    const models = new ReplicaModels(spec, platform);
    const overdue = new Overdue(spec, platform.clock, terminate);
    const batches = new ReplicaBatches(spec, models, { ...platform, overdue });
    const make = () =>
      batchingFor(batches, () => multiplexingFor(models, () => construct(node, args)));
    const instance = runningFor(scope, make);
    nameBatched(instance, batches);
    const hooks = new Hooks(node, instance, scope);
    const replica = new Replica(spec, node, instance, hooks, batches, overdue, platform, pulse);
    try {
      await hooks.init();
      await replica.#configure(spec.userConfig);
      await replica.check();
      return replica;
    } catch (error) {
      await models.close();
      throw error;
    }
  }

  /** Changes settings while calls run. @throws what `reconfigure` throws; the settings then stay as they were */
  reconfigure(settings: ReplicaSettings): Promise<void> {
    // One after the other: the last one given must be the last one taken.
    const done = this.#configuring.then(() => this.#apply(settings));
    this.#configuring = done.catch(() => {});
    return done;
  }

  async #apply(settings: ReplicaSettings): Promise<void> {
    const { maxOngoingRequests, userConfig, terminateAfterCancelMs, logging = {} } = settings;
    checkTermination(this.#spec.deployment, settings, this.#platform.terminate);
    if (JSON.stringify(userConfig) !== JSON.stringify(this.#userConfig)) {
      await this.#configure(userConfig);
    }
    this.#maxOngoing = maxOngoingRequests;
    this.#setCap();
    this.#overdue.graceMs = terminateAfterCancelMs;
    this.#platform.scope.logger.logging = logging;
  }

  /** Batches must be able to fill while others run. */
  #setCap(): void {
    const { room } = this.batches;
    const cap = Math.max(this.#maxOngoing, room);
    if (cap > this.#maxOngoing && cap !== this.slots.cap) {
      const { logger } = this.#platform.scope;
      logger.write(
        "info",
        `maxOngoingRequests is raised from ${this.#maxOngoing} to ${cap}, for batches to run while the next ones fill: maxBatchSize * (maxConcurrentBatches + 1)`,
      );
    }
    this.slots.cap = cap;
  }

  async #configure(userConfig: unknown): Promise<void> {
    if (userConfig === undefined) return;
    if (!this.#hooks.canReconfigure) {
      throw new ServeError(
        "INVALID_OPTION",
        `deployment(${this.#spec.deployment}): option userConfig needs a method reconfigure(userConfig)`,
      );
    }
    await this.#hooks.reconfigure(structuredClone(userConfig));
    this.#userConfig = userConfig;
  }

  /** False when `check` does nothing. */
  get hasCheck(): boolean {
    return this.#hooks.canCheck;
  }

  /** @throws what `checkHealth` throws */
  async check(): Promise<void> {
    await this.#hooks.check();
  }

  /** @throws what the class's `autoscalingStats` throws */
  autoscalingStats(): Promise<AutoscalingStats> {
    return this.#hooks.autoscalingStats();
  }

  get draining(): boolean {
    return this.#draining !== undefined;
  }

  /**
   * Runs a call that has been admitted to `slots`.
   *
   * @param receive makes the arguments; what it throws fails the call
   * @throws what the method throws
   */
  async run(
    request: Pick<
      CallRequest,
      "method" | "requestId" | "priority" | "origin" | "http" | "timed" | "affinity"
    >,
    receive: () => readonly unknown[],
    cancellation: Cancellation,
  ): Promise<Execution> {
    const { scope, asyncContext } = this.#platform;
    const { method: name, requestId, origin } = request;
    const span = codeSpan(this.#self, name, requestId, origin);
    const made = span ? { ...request, origin: below(span, origin) } : request;
    const context = new RunningCall(this.#self, made, cancellation, scope);
    const began = this.#metrics?.began() ?? 0;
    const admittedAt = request.timed ? this.#platform.clock.now() : 0;
    let failed = false;
    const fail = (error: unknown) => {
      failed = true;
      span?.fail(error);
    };
    const settled = this.#overdue.watch(request.method, cancellation);
    let forget: (() => void) | undefined;
    const over = () => {
      settled();
      // That its client leaves is how an answer ends that goes on: nothing was wasted.
      this.#metrics?.ended(began, failed, cancellation.cancelled && !forget);
      if (span && cancellation.cancelled && !failed && !forget) span.fail(cancellation.reason);
      span?.end();
      forget?.();
      cancellation.end();
      context.end();
      this.slots.leave();
    };
    try {
      this.#refuseLate(cancellation);
      const method = this.#methods.get(request.method);
      const args = receive();
      if (request.http) showCancellation(args[0], context);
      const run = <R>(fn: () => R) => asyncContext.run(context, span ? () => span.run(fn) : fn);
      const result = await run(() => method(...args));
      // A generator's body runs when it is pulled, so each pull needs the context again.
      const streamed = isIteration(result) ? iterateIn(run, result, fail) : result;
      const value = request.http ? this.#respond(streamed, request, admittedAt, context) : streamed;
      forget = this.#live.begin(args[0], value, { run, cancellation, fail });
      const parcel = this.#pack(request.method, value);
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
    { requestId, timed }: Pick<CallRequest, "requestId" | "timed">,
    admittedAt: number,
    { batchWaitMs }: RunningCall,
  ): Response {
    const response = respond(result, requestId);
    if (!timed) return response;
    return withComputeTime(response, this.#platform.clock.now() - admittedAt, batchWaitMs);
  }

  /** Nobody waits for it any more. */
  #refuseLate({ deadline }: Cancellation): void {
    if (deadline === undefined || deadline > this.#platform.clock.now()) return;
    throw timedOut(this.replicaId, deadline);
  }

  /** @param busySeconds of the event loop that it has for itself */
  metrics(busySeconds?: number): MetricsSnapshot {
    return this.#metrics?.snapshot(this.slots.running, busySeconds) ?? [];
  }

  /** True when the call may run now; it must then be given to `run`. */
  admit(holder: SlotHolder, reserved: boolean): boolean {
    return this.#draining === undefined && this.slots.admit(holder, reserved);
  }

  /** Takes nothing new, lets running calls end, disposes the instance. Called again, waits for the same. */
  drain(): Promise<void> {
    if (!this.#draining) this.#live.goAway();
    this.#draining ??= this.#leave();
    return this.#draining;
  }

  #pack(method: string, value: unknown): Parcel | undefined {
    try {
      return pack(value);
    } catch (error) {
      const message = `${this.replicaId}: the result of ${method} can't be sent: ${messageOf(error)}`;
      throw new ServeError("NOT_CLONEABLE", message, { cause: error });
    }
  }

  async #leave(): Promise<void> {
    await this.slots.idle();
    await this.batches.idle();
    try {
      await this.#hooks.dispose();
    } finally {
      await this.models.close();
    }
  }
}
