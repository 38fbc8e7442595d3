import { type ApplicationNode, construct } from "../application.ts";
import type { AutoscalingStats } from "../autoscale/policy.ts";
import { nameBatched } from "../batch/batched.ts";
import { ReplicaBatches } from "../batch/replica-batches.ts";
import type { Cancellation } from "../cancellation.ts";
import { constructingFor } from "../construction.ts";
import { registerAsyncContext } from "../context.ts";
import type { KeepAlive } from "../keep-alive.ts";
import { ReplicaModels } from "../multiplex/replica-models.ts";
import type { Platform } from "../platform.ts";
import { ReplicaMetrics } from "../telemetry/replica-metrics.ts";
import { runningFor, type Scope } from "../telemetry/scope.ts";
import type { MetricsSnapshot } from "../telemetry/snapshot.ts";
import { type ExecutedCall, type Execution, Executor } from "./executor.ts";
import { Hooks } from "./hooks.ts";
import { LiveAnswers } from "./live-answers.ts";
import { LiveSettings } from "./live-settings.ts";
import { Methods } from "./methods.ts";
import { checkTermination, Overdue, type Terminate } from "./overdue.ts";
import type { ReplicaSettings, ReplicaSpec } from "./protocol.ts";
import { Pulse } from "./pulse.ts";
import { type SlotHolder, Slots } from "./slots.ts";

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
  readonly #metrics: ReplicaMetrics | undefined;
  readonly #hooks: Hooks;
  readonly #settings: LiveSettings;
  readonly #executor: Executor;
  readonly #live = new LiveAnswers();
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
    const { replicaId, application, deployment, maxOngoingRequests } = spec;
    const { scope, asyncContext, clock, terminate } = platform;
    const { logger, registry } = scope;
    const slots = new Slots(maxOngoingRequests, pulse);
    const methods = new Methods(`${application}/${deployment}`, node.target, instance);
    const metrics = registry && new ReplicaMetrics(registry, clock);
    const { replica } = batches;
    registerAsyncContext(asyncContext);
    this.replicaId = replicaId;
    this.slots = slots;
    this.models = replica.models;
    this.batches = batches;
    this.#metrics = metrics;
    this.#hooks = hooks;
    const touched = { deployment, hooks, slots, batches, overdue, logger, terminate };
    this.#settings = new LiveSettings(maxOngoingRequests, touched);
    const parts = { replica, methods, slots, overdue, metrics, scope, asyncContext, clock };
    this.#executor = new Executor({ ...parts, live: this.#live });
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
    const make = () => constructingFor(batches.replica, () => construct(node, args));
    const instance = runningFor(scope, make);
    nameBatched(instance, batches);
    const hooks = new Hooks(node, instance, scope);
    const replica = new Replica(spec, node, instance, hooks, batches, overdue, platform, pulse);
    try {
      await hooks.init();
      await replica.#settings.configure(spec.userConfig);
      await replica.check();
      return replica;
    } catch (error) {
      await models.close();
      throw error;
    }
  }

  /** Changes settings while calls run. @throws what `reconfigure` throws; the settings then stay as they were */
  reconfigure(settings: ReplicaSettings): Promise<void> {
    return this.#settings.change(settings);
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

  /** @param busySeconds of the event loop that it has for itself */
  metrics(busySeconds?: number): MetricsSnapshot {
    return this.#metrics?.snapshot(this.slots.running, busySeconds) ?? [];
  }

  get draining(): boolean {
    return this.#draining !== undefined;
  }

  /** True when the call may run now; it must then be given to `run`. */
  admit(holder: SlotHolder, reserved: boolean): boolean {
    return this.#draining === undefined && this.slots.admit(holder, reserved);
  }

  /** See `Executor.run`. */
  run(
    request: ExecutedCall,
    receive: () => readonly unknown[],
    cancellation: Cancellation,
  ): Promise<Execution> {
    return this.#executor.run(request, receive, cancellation);
  }

  /** Takes nothing new, lets running calls end, disposes the instance. Called again, waits for the same. */
  drain(): Promise<void> {
    if (!this.#draining) this.#live.goAway();
    this.#draining ??= this.#leave();
    return this.#draining;
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
