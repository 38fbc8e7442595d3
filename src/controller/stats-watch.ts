import type { ResolvedAutoscaling } from "../autoscale/autoscaling-options.ts";
import type { AutoscalingStats } from "../autoscale/policy.ts";
import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import type { ReplicaConnection } from "../platform.ts";
import type { Logger } from "../telemetry/logger.ts";

type Asked = Pick<ReplicaConnection, "replicaId" | "autoscalingStats">;

/** Asks the replicas of a deployment for their `autoscalingStats()`, now and then, each once at a time. */
export class StatsWatch {
  readonly #key: DeploymentKey;
  readonly #clock: Clock;
  readonly #told: () => void;
  readonly #asked = new Set<string>();
  #stats: Record<string, AutoscalingStats> = {};
  #polledAt = Number.NEGATIVE_INFINITY;
  readonly #log: Logger;
  #problem: string | undefined;

  /** @param told called when a replica has answered */
  constructor(key: DeploymentKey, clock: Clock, log: Logger, told: () => void) {
    this.#log = log;
    this.#key = key;
    this.#clock = clock;
    this.#told = told;
  }

  /** What each replica gave last, by its id. */
  get stats(): Readonly<Record<string, AutoscalingStats>> {
    return this.#stats;
  }

  poll(replicas: readonly Asked[], { lookBackMs }: ResolvedAutoscaling): void {
    const now = this.#clock.now();
    if (now < this.#polledAt + lookBackMs / 10) return;
    this.#polledAt = now;
    const there = replicas.map(({ replicaId }) => [replicaId, this.#stats[replicaId]] as const);
    const known = there.filter((one): one is [string, AutoscalingStats] => one[1] !== undefined);
    this.#stats = Object.fromEntries(known);
    for (const replica of replicas) void this.#ask(replica);
  }

  async #ask(replica: Asked): Promise<void> {
    const { replicaId } = replica;
    if (this.#asked.has(replicaId)) return;
    this.#asked.add(replicaId);
    try {
      this.#stats = { ...this.#stats, [replicaId]: checked(await replica.autoscalingStats()) };
      this.#problem = undefined;
    } catch (error) {
      // One that is gone says so itself.
      this.#tell(messageOf(error));
    } finally {
      this.#asked.delete(replicaId);
      this.#told();
    }
  }

  #tell(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#log.error(`${this.#key}: autoscalingStats: ${problem}`);
  }
}

function checked(stats: unknown): AutoscalingStats {
  const values = typeof stats === "object" && stats !== null ? Object.values(stats) : [stats];
  if (values.every(Number.isFinite)) return stats as AutoscalingStats;
  throw new TypeError("it must return an object of numbers, as in { waiting: 3 }");
}
