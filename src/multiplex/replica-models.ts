import { Cancellation } from "../cancellation.ts";
import type { Clock } from "../clock.ts";
import { type AsyncContext, type ContextReplica, RunningCall } from "../context.ts";
import type { KeepAlive } from "../keep-alive.ts";
import { ModelMetrics } from "../telemetry/model-metrics.ts";
import type { Scope } from "../telemetry/scope.ts";
import { disposeModel } from "./dispose-model.ts";
import { ModelCache } from "./model-cache.ts";
import type { ModelUser } from "./model-user.ts";

/** Told of a model that a replica holds, from when it begins to load it, or holds no more. */
export type ModelListener = (modelId: string, held: boolean) => void;

/** Loads a model; what it gives may have a `dispose` method of any kind. */
export type LoadModel<M> = (modelId: string) => M | PromiseLike<M>;

/** What models need of their replica's platform. */
export interface ModelPlatform {
  readonly asyncContext: AsyncContext;
  readonly clock: Pick<Clock, "now">;
  /** Where what loads counts and logs. */
  readonly scope: Scope;
  /** See `Platform.hold`. */
  hold<T>(waiting: Promise<T>): Promise<T>;
  readonly keepAlive: KeepAlive;
}

/** The models of one replica, in all its caches. */
export class ReplicaModels {
  readonly #replica: Pick<ContextReplica, "application" | "deployment" | "replicaId">;
  readonly #platform: ModelPlatform;
  /** Made with the first cache: most replicas have none. */
  #metrics: ModelMetrics | undefined;
  readonly #caches: { close(): Promise<void> }[] = [];
  readonly #ids = new Set<string>();
  /** In how many caches each of them is. */
  readonly #counts = new Map<string, number>();
  readonly #listeners = new Set<ModelListener>();

  constructor(
    replica: Pick<ContextReplica, "application" | "deployment" | "replicaId">,
    platform: ModelPlatform,
  ) {
    this.#replica = replica;
    this.#platform = platform;
  }

  /** Those that are there or being loaded. */
  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  get replicaId(): string {
    return this.#replica.replicaId;
  }

  /** Returns what stops it. */
  watch(listener: ModelListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  cache<M>(load: LoadModel<M>, maxModels: number): Pick<ModelCache<M>, "get"> {
    const { clock } = this.#platform;
    const { registry } = this.#platform.scope;
    if (registry) this.#metrics ??= new ModelMetrics(registry, clock);
    const metrics = this.#metrics;
    const cache = new ModelCache<M>({
      where: this.replicaId,
      maxModels,
      load: (modelId, user) => this.#load(modelId, user, load),
      hold: this.#platform.hold,
      dispose: (modelId, model) => this.#dispose(modelId, model),
      changed: (modelId, held) => this.#count(modelId, held ? 1 : -1),
    });
    this.#caches.push(cache);
    if (!metrics) return cache;
    return {
      get: (modelId, user) => {
        metrics.asked.inc();
        return cache.get(modelId, user);
      },
    };
  }

  /** Disposes them all. */
  async close(): Promise<void> {
    await Promise.all(this.#caches.map((cache) => cache.close()));
  }

  /** In a context of its own: a cancelled call must not cancel what others wait for. */
  async #load<M>(modelId: string, user: ModelUser | undefined, load: LoadModel<M>): Promise<M> {
    const { requestId = this.replicaId, priority = 0 } = user ?? {};
    const request = { requestId, priority, affinity: { modelId } };
    const cancellation = new Cancellation();
    const replica = { ...this.#replica, models: this, batches: undefined };
    const { asyncContext, scope, keepAlive } = this.#platform;
    const call = new RunningCall(replica, request, cancellation, scope);
    const letGo = keepAlive();
    try {
      const loading = async () => await asyncContext.run(call, () => load(modelId));
      return await (this.#metrics ? this.#metrics.load(loading) : loading());
    } finally {
      letGo();
      call.end();
      cancellation.end();
    }
  }

  async #dispose(modelId: string, model: unknown): Promise<void> {
    this.#metrics?.disposed.inc();
    try {
      await disposeModel(model);
    } catch (error) {
      this.#platform.scope.logger.error(`disposing the model ${modelId} failed`, { error });
    }
  }

  #count(modelId: string, change: 1 | -1): void {
    const count = (this.#counts.get(modelId) ?? 0) + change;
    this.#counts.set(modelId, count);
    if (count === 0) this.#counts.delete(modelId);
    const held = count > 0;
    if (held === this.#ids.has(modelId)) return;
    if (held) this.#ids.add(modelId);
    else this.#ids.delete(modelId);
    this.#metrics?.held.set(this.#ids.size);
    for (const listener of this.#listeners) listener(modelId, held);
  }
}
