import { Cancellation, followSignal } from "./cancellation.ts";
import { currentContext } from "./context.ts";
import { createHandle, type DeploymentKey, type Handle, type HandleOptions } from "./handle.ts";
import type { Platform } from "./platform.ts";
import { packArguments } from "./replica/encoding.ts";
import { DeploymentResponse, isAsyncIterable } from "./response.ts";
import { cancelled } from "./router/cancelled.ts";
import type { Directory } from "./router/directory.ts";
import { Router } from "./router/router.ts";

/** What calling needs of a platform. */
export type CallerPlatform = Pick<Platform<unknown>, "clock" | "hold">;

/** The calling side of a host or of one replica: its handles, and one router for each deployment they call. */
export class Caller {
  readonly #directory: Directory;
  readonly #platform: CallerPlatform;
  readonly #routers = new Map<DeploymentKey, Router>();
  #lastCreation = 0;

  constructor(directory: Directory, platform: CallerPlatform) {
    this.#directory = directory;
    this.#platform = platform;
  }

  readonly handle = (key: DeploymentKey): Handle<unknown> => createHandle(key, this.#invoke);

  router(key: DeploymentKey): Router {
    let router = this.#routers.get(key);
    if (!router) {
      router = new Router(key, this.#directory, Math.random, this.#platform.hold);
      this.#routers.set(key, router);
    }
    return router;
  }

  /** A time that no other call of this caller has, so that age alone orders a queue. */
  creationTime(): number {
    this.#lastCreation = Math.max(this.#platform.clock.now(), this.#lastCreation + 0.001);
    return this.#lastCreation;
  }

  /** Rejects what waits with `error` and forgets all replicas. */
  close(error: unknown): void {
    for (const router of this.#routers.values()) router.close(error);
    this.#routers.clear();
  }

  readonly #invoke = (
    key: DeploymentKey,
    method: string,
    args: readonly unknown[],
    { signal }: HandleOptions,
  ): DeploymentResponse<unknown, unknown> => {
    const cancellation = new Cancellation();
    const unfollow = signal && followSignal(cancellation, signal);
    const requestId = currentContext()?.requestId ?? newRequestId();
    const createdAt = this.creationTime();
    const send = async (values: readonly unknown[]) => {
      const packed = packArguments(values);
      const request = { method, args: packed, requestId, createdAt, http: false };
      return await this.router(key).call(request, cancellation);
    };
    const result = args.some(isResponse)
      ? resolved(key, args, cancellation).then(send)
      : send(args);
    if (unfollow) whenDone(result, unfollow);
    return new DeploymentResponse(requestId, cancellation, result);
  };
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

/** The arguments with responses in them resolved; a call that is cancelled does not wait for that. */
function resolved(
  key: DeploymentKey,
  args: readonly unknown[],
  cancellation: Cancellation,
): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    cancellation.listener = (reason) => reject(cancelled(key, reason));
    Promise.all(args).then(resolve, reject);
  });
}

/** A stream is not done when it is there: its signal stays until it is collected. */
function whenDone(result: Promise<unknown>, done: () => void): void {
  result.then((value) => {
    if (!isAsyncIterable(value)) done();
  }, done);
}
