import type { ContextReplica } from "../context.ts";
import type { ReplicaModels } from "../multiplex/replica-models.ts";
import { BatchMetrics } from "../telemetry/batch-metrics.ts";
import type { BatchRules } from "./batch-options.ts";
import type { BatchFunction, BatchPlatform } from "./batch-run.ts";
import { Batcher, type BatcherOwner } from "./batcher.ts";

/** The batches of one replica, of all its functions. */
export class ReplicaBatches implements BatcherOwner {
  readonly replica: ContextReplica;
  readonly platform: BatchPlatform;
  readonly #batchers: Batcher[] = [];
  readonly #listeners = new Set<(room: number) => void>();
  #idle: (() => void)[] = [];

  constructor(
    { application, deployment, replicaId }: Omit<ContextReplica, "models" | "batches">,
    models: ReplicaModels,
    platform: BatchPlatform,
  ) {
    this.replica = { application, deployment, replicaId, models, batches: this };
    this.platform = platform;
  }

  batcher(fn: BatchFunction, method: string, rules: BatchRules): Batcher {
    const batcher = new Batcher(fn, method, rules, this);
    this.#batchers.push(batcher);
    this.changed();
    return batcher;
  }

  /** Calls that must be let in at once so that batches can fill while others run; 0 for none. */
  get room(): number {
    return this.#batchers.reduce((sum, { room }) => sum + room, 0);
  }

  /** Calls the listener now and whenever `room` may have changed. Returns what stops it. */
  watch(listener: (room: number) => void): () => void {
    this.#listeners.add(listener);
    listener(this.room);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves once nothing runs or waits. */
  async idle(): Promise<void> {
    if (this.#isIdle) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  changed(): void {
    for (const listener of this.#listeners) listener(this.room);
    if (this.#isIdle) for (const resolve of this.#idle.splice(0)) resolve();
  }

  metricsOf(method: string): BatchMetrics | undefined {
    const { registry } = this.platform.scope;
    return registry && new BatchMetrics(registry, method);
  }

  get #isIdle(): boolean {
    return this.#batchers.every(({ idle }) => idle);
  }
}
