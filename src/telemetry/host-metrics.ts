import type { Clock } from "../clock.ts";
import type { ApplicationStatus } from "../controller/status.ts";
import type { DeploymentKey } from "../handle.ts";
import { AutoscalerMetrics } from "./autoscaler-metrics.ts";
import { Collector, type MetricsSource } from "./collector.ts";
import { DeploymentMetrics } from "./deployment-metrics.ts";
import { Registry } from "./registry.ts";
import { hostRegistry } from "./scope.ts";
import { type MetricsSnapshot, merge } from "./snapshot.ts";
import { statusMetrics } from "./status-metrics.ts";

/** The metrics of a host: what it counts itself, what its replicas count, and what its status says. */
export class HostMetrics {
  /** What it counts itself. */
  readonly registry = new Registry();
  readonly #replicas: Collector;
  readonly #surroundings: Registry;

  /** @param surroundings where code counts that is no replica's; an empty one where another host shows that */
  constructor(clock: Clock, surroundings = hostRegistry) {
    this.#replicas = new Collector(clock);
    this.#surroundings = surroundings;
  }

  deployment(key: DeploymentKey): DeploymentMetrics {
    return new DeploymentMetrics(this.registry, key);
  }

  autoscaler(key: DeploymentKey): AutoscalerMetrics {
    return new AutoscalerMetrics(this.registry, key);
  }

  /** A replica counts from now on. */
  add(replica: MetricsSource): void {
    this.#replicas.add(replica);
  }

  /** A replica is about to end: takes what it has counted. Never rejects. */
  look(replica: MetricsSource): Promise<void> {
    return this.#replicas.look(replica);
  }

  async collect(
    applications: Readonly<Record<string, ApplicationStatus>>,
  ): Promise<MetricsSnapshot> {
    const replicas = await this.#replicas.collect();
    return merge([
      replicas,
      this.registry.snapshot(),
      this.#surroundings.snapshot(),
      statusMetrics(applications),
    ]);
  }
}
