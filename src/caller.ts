import { isSplitKey } from "./application-graph.ts";
import { Cancellation, followSignal } from "./cancellation.ts";
import { unlessCancelled } from "./cancelled.ts";
import type { Clock } from "./clock.ts";
import { currentCall, RunningCall } from "./context.ts";
import { watchDeadline } from "./deadline.ts";
import { createHandle, type DeploymentKey, type Handle, type HandleOptions } from "./handle.ts";
import { packArguments } from "./replica/encoding.ts";
import { DeploymentResponse } from "./response.ts";
import type { CallRouter } from "./router/call-router.ts";
import type { Directory } from "./router/directory.ts";
import { Router, type RouterPlatform } from "./router/router.ts";
import { Shadows } from "./router/shadows.ts";
import { SplitRouter } from "./router/split-router.ts";
import type { Registry } from "./telemetry/registry.ts";
import { RouterMetrics } from "./telemetry/router-metrics.ts";
import { below, callSpan, endWith } from "./telemetry/spans.ts";
import { SplitMetrics } from "./telemetry/split-metrics.ts";

/** What calling needs of a platform. */
export type CallerPlatform = RouterPlatform;

/** The calling side of a host or of one replica: its handles, and one router for each deployment they call. */
export class Caller {
  /** Where its calls are counted, if they are. */
  readonly registry: Registry | undefined;
  readonly #directory: Directory;
  readonly #platform: CallerPlatform;
  readonly #routers = new Map<DeploymentKey, CallRouter>();
  readonly #life: Cancellation | undefined;
  readonly #shadows: Shadows;
  #lastCreation = 0;

  /** @param life cancels what is called outside of any call */
  constructor(
    directory: Directory,
    platform: CallerPlatform,
    registry?: Registry,
    life?: Cancellation,
  ) {
    this.#life = life;
    this.registry = registry;
    this.#directory = directory;
    this.#platform = platform;
    this.#shadows = new Shadows(this.router);
  }

  readonly handle = (key: DeploymentKey): Handle<unknown> => createHandle(key, this.#invoke);

  get clock(): Clock {
    return this.#platform.clock;
  }

  readonly router = (key: DeploymentKey): CallRouter => {
    let router = this.#routers.get(key);
    if (!router) {
      router = isSplitKey(key) ? this.#splitRouter(key) : this.#deploymentRouter(key);
      this.#routers.set(key, router);
    }
    return router;
  };

  /** A time that no other call of this caller has, so that age alone orders a queue. */
  creationTime(): number {
    this.#lastCreation = Math.max(this.clock.now(), this.#lastCreation + 0.001);
    return this.#lastCreation;
  }

  /** Rejects what waits with `error` and forgets all replicas. */
  close(error: unknown): void {
    for (const router of this.#routers.values()) router.close(error);
    this.#routers.clear();
  }

  #deploymentRouter(key: DeploymentKey): Router {
    const metrics = this.registry && new RouterMetrics(this.registry, key);
    return new Router(key, this.#directory, Math.random, this.#platform, metrics);
  }

  #splitRouter(key: DeploymentKey): SplitRouter {
    const metrics = this.registry && new SplitMetrics(this.registry, this.clock, key);
    return new SplitRouter(key, this.#directory, Math.random, this.router, this.#shadows, metrics);
  }

  readonly #invoke = (
    key: DeploymentKey,
    method: string,
    args: readonly unknown[],
    options: HandleOptions,
  ): DeploymentResponse<unknown, unknown> => {
    const { signal, timeoutMs, priority: own } = options;
    const maker = makerOf(options);
    const cancellation = maker
      ? maker.child(this.clock)
      : (this.#life?.child() ?? new Cancellation());
    if (timeoutMs !== undefined) cancellation.limit(this.clock.now() + timeoutMs);
    if (signal) followSignal(cancellation, signal);
    watchDeadline(cancellation, this.clock, key);
    const requestId = maker?.requestId ?? newRequestId();
    const priority = own ?? maker?.priority ?? 0;
    const span = callSpan(key, method, requestId, maker?.origin);
    if (span) endWith(cancellation, span);
    const origin = below(span, maker?.origin);
    const createdAt = this.creationTime();
    const send = async () => {
      try {
        // A call that is cancelled does not wait for its arguments.
        const values = args.some(isResponse)
          ? await unlessCancelled(key, cancellation, Promise.all(args))
          : args;
        const packed = packArguments(values);
        const place = { priority, createdAt };
        const request = {
          method,
          args: packed,
          requestId,
          ...place,
          origin,
          http: false,
          timed: maker?.timed ?? false,
          batched: maker?.timed ? (ms: number) => maker.waitedForBatch(ms) : undefined,
          affinity: options,
        };
        return await this.router(key).call(request, cancellation);
      } catch (error) {
        cancellation.end(error);
        throw error;
      }
    };
    const result = send();
    if (maker) cancellation.answer = result;
    return new DeploymentResponse(requestId, cancellation, result);
  };
}

function makerOf({ context }: HandleOptions): RunningCall | undefined {
  return context instanceof RunningCall ? context : currentCall();
}

let lastRequest = 0;
let prefix = "";

/** Unique among all threads and machines with the odds of 8 random base-36 digits; far cheaper than a UUID. */
export function newRequestId(): string {
  lastRequest += 1;
  // Not at import: workerd has no random numbers outside of requests.
  prefix ||= Math.random().toString(36).slice(2, 10).padEnd(8, "0");
  return `${prefix}-${lastRequest.toString(36)}`;
}

function isResponse(value: unknown): boolean {
  return value instanceof DeploymentResponse;
}
