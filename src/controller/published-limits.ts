import type { DeploymentKey } from "../handle.ts";
import type { ResolvedOptions } from "../options.ts";
import type { Canary } from "../router/canary.ts";
import type { CallLimits } from "../router/directory.ts";
import type { ReplicaSets } from "./replica-sets.ts";

/** What routers are told of one deployment besides its replicas. */
export class PublishedLimits {
  readonly #key: DeploymentKey;
  readonly #sets: Pick<ReplicaSets<never>, "open" | "limit">;
  readonly #options: () => ResolvedOptions;
  #canary: Canary | undefined;

  constructor(
    key: DeploymentKey,
    sets: Pick<ReplicaSets<never>, "open" | "limit">,
    options: () => ResolvedOptions,
  ) {
    this.#key = key;
    this.#sets = sets;
    this.#options = options;
  }

  /** Calls wait for replicas from now on. */
  open(): void {
    this.#sets.open(this.#key, this.#limits);
  }

  /** The options may have changed. */
  update(): void {
    this.#sets.limit(this.#key, this.#limits);
  }

  /** @param canary set while a rollout moves traffic step by step */
  divide(canary: Canary | undefined): void {
    if (JSON.stringify(canary) === JSON.stringify(this.#canary)) return;
    this.#canary = canary;
    this.update();
  }

  /** The next version is divided anew. */
  forgetDivision(): void {
    this.#canary = undefined;
  }

  get #limits(): CallLimits {
    const { maxOngoingRequests, maxQueuedRequests, requestTimeoutMs, backpressure, router } =
      this.#options();
    return {
      maxOngoingRequests,
      maxQueuedRequests,
      requestTimeoutMs,
      backpressure,
      router,
      canary: this.#canary,
      autoscaled: this.#options().autoscaling !== undefined,
    };
  }
}
