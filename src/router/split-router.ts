import type { Cancellation } from "../cancellation.ts";
import { unlessCancelled } from "../cancelled.ts";
import { ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import type { CallRequest } from "../replica/protocol.ts";
import type { SplitMetrics } from "../telemetry/split-metrics.ts";
import type { CallRouter, RouterFor } from "./call-router.ts";
import type { Directory, Traffic } from "./directory.ts";
import type { Shadows } from "./shadows.ts";
import { chooseArm, chooseShadows } from "./traffic.ts";

/** Divides one caller's calls between the arms of a split. */
export class SplitRouter implements CallRouter {
  readonly #key: DeploymentKey;
  readonly #random: () => number;
  readonly #routerFor: RouterFor;
  readonly #shadows: Shadows;
  readonly #metrics: SplitMetrics | undefined;
  readonly #unwatch: () => void;
  /** Until the first news, which a worker has to wait for. */
  #news: PromiseWithResolvers<void> | undefined = Promise.withResolvers<void>();
  #traffic: Traffic | undefined;
  #failure: unknown;

  /** @param random uniform in [0, 1) */
  constructor(
    key: DeploymentKey,
    directory: Directory,
    random: () => number,
    routerFor: RouterFor,
    shadows: Shadows,
    metrics?: SplitMetrics,
  ) {
    this.#key = key;
    this.#random = random;
    this.#routerFor = routerFor;
    this.#shadows = shadows;
    this.#metrics = metrics;
    this.#failure = new ServeError(
      "NOT_FOUND",
      `${key}: no such split runs; serve.status() lists all`,
    );
    this.#unwatch = directory.watchTraffic(key, (traffic) => {
      this.#traffic = traffic;
      this.#informed();
    });
  }

  async call(request: CallRequest, cancellation: Cancellation): Promise<unknown> {
    if (this.#news) await unlessCancelled(this.#key, cancellation, this.#news.promise);
    if (!this.#traffic) throw this.#failure;
    const { arms, shadows } = this.#traffic;
    const { shardKey } = request.affinity;
    const arm = chooseArm(arms, shardKey, this.#random);
    // Copied before the call is made: what it moves is gone then. Sent after it: it must not wait for a copy.
    const shadowing = chooseShadows(shadows, shardKey, this.#random);
    let made = request;
    const copies = shadowing.map(({ name, key }) => {
      const copied = this.#shadows.copy(key, made);
      if (copied) made = copied.request;
      return { name, send: copied?.send };
    });
    const answer = this.#routerFor(arm.key).call(made, cancellation);
    this.#metrics?.follow("arm", arm.name, answer);
    for (const { name, send } of copies) {
      const sent = send?.();
      if (sent) this.#metrics?.follow("shadow", name, sent);
      else this.#metrics?.skipped(name);
    }
    return answer;
  }

  close(error: unknown): void {
    this.#unwatch();
    this.#traffic = undefined;
    this.#failure = error;
    this.#informed();
  }

  #informed(): void {
    this.#news?.resolve();
    this.#news = undefined;
  }
}
