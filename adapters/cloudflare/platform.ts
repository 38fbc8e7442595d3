import { waitUntil } from "cloudflare:workers";
import { AsyncLocalStorage } from "node:async_hooks";
import type { RunningCall } from "../../src/context.ts";
import { exportsLoader } from "../../src/exports-loader.ts";
import type { Platform } from "../../src/index.ts";
import { memoryStore } from "../../src/memory-store.ts";
import { workerdClock } from "./clock.ts";
import type { CloudflareModule } from "./code-names.ts";
import { cloudflareSpawner, type ReplicaNamespace } from "./spawner.ts";

/**
 * Cloudflare Workers: replicas in the Worker's own isolate, which Cloudflare scales, or with
 * `isolation: "worker"` each in a Durable Object of its own.
 *
 * @param namespace where the objects are, asked when one is needed
 */
export function cloudflare(namespace: () => ReplicaNamespace): Platform<CloudflareModule> {
  const storage = new AsyncLocalStorage<RunningCall>();
  const asyncContext = {
    run: <R>(call: RunningCall, fn: () => R) => storage.run(call, fn),
    current: () => storage.getStore(),
  };
  const clock = workerdClock;
  return {
    name: "cloudflare",
    clock,
    asyncContext,
    hold,
    defaultIsolation: () => "inline",
    store: memoryStore(),
    loader: exportsLoader<CloudflareModule>({}, "createWorker's module", (name, args) =>
      args === undefined ? name : { export: name, args },
    ),
    spawner: cloudflareSpawner(
      { clock, asyncContext, hold, keepAlive, defer: queueMicrotask },
      namespace,
    ),
  };
}

/** workerd lets a request go on for 30 seconds at most after its answer. */
function keepAlive(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  waitUntil(promise);
  return resolve;
}

/** Longer than any request waits; it only has to be pending. */
const HOLD_MS = 60_000;

/** workerd cancels a request that has nothing of its own under way, so a timer runs while it waits for another's. */
async function hold<T>(waiting: Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, HOLD_MS);
  try {
    return await waiting;
  } finally {
    clearInterval(timer);
  }
}
