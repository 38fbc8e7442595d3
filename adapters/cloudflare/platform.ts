import { waitUntil } from "cloudflare:workers";
import { AsyncLocalStorage } from "node:async_hooks";
import type { RunningCall } from "../../src/context.ts";
import { exportsLoader } from "../../src/exports-loader.ts";
import type { Platform } from "../../src/index.ts";
import { memoryStore } from "../../src/memory-store.ts";
import type { ReplicaConnection, ReplicaSpawner } from "../../src/platform.ts";
import type { InlinePlatform } from "../../src/replica/inline-spawner.ts";
import type { StateStore } from "../../src/state-store.ts";
import { consoleSink } from "../../src/telemetry/console-sink.ts";
import type { LogSink } from "../../src/telemetry/log-line.ts";
import type { ReplicaNamespace } from "./bindings.ts";
import { workerdClock } from "./clock.ts";
import { type CloudflareModule, moduleOf } from "./code-names.ts";
import { hold } from "./hold.ts";
import { inlineSpawner } from "./inline.ts";
import { objectSpawner } from "./object-spawner.ts";
import { SCRIPT } from "./script.ts";

/** What replicas and their callers need in workerd, wherever they are. */
export function workerdPlatform(log: LogSink = consoleSink("json")): InlinePlatform {
  const storage = new AsyncLocalStorage<RunningCall>();
  const asyncContext = {
    run: <R>(call: RunningCall, fn: () => R) => storage.run(call, fn),
    current: () => storage.getStore(),
  };
  return { clock: workerdClock, asyncContext, log, hold, keepAlive, defer: queueMicrotask };
}

/**
 * Cloudflare Workers, for a `serve` of one's own: replicas in the Worker's own isolate, which Cloudflare scales.
 *
 * @param objects where replicas with `isolation: "worker"` are started, in a Durable Object each; without it they are
 *   refused, for they need a controller that all isolates share: `createWorker`
 * @param log where the log goes: as JSON to the console by default
 */
export function cloudflare(
  objects?: () => ReplicaNamespace,
  log?: LogSink,
): Platform<CloudflareModule> {
  const platform = workerdPlatform(log);
  const inline = inlineSpawner(platform);
  const spawner = objects ? objectSpawner({ inline, platform, replicas: objects }) : inline;
  return hostPlatform(platform, spawner, memoryStore(), {});
}

/** @param exports the module whose exports a configuration names */
export function hostPlatform(
  { clock, asyncContext, log, hold }: InlinePlatform,
  spawner: ReplicaSpawner<CloudflareModule, ReplicaConnection>,
  store: StateStore,
  exports: Readonly<Record<string, unknown>>,
): Platform<CloudflareModule> {
  return {
    name: "cloudflare",
    clock,
    asyncContext,
    log,
    hold,
    defaultIsolation: () => "inline",
    store,
    loader: exportsLoader(exports, SCRIPT, moduleOf),
    spawner,
  };
}

/** workerd lets a request go on for 30 seconds at most after its answer. */
function keepAlive(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  waitUntil(promise);
  return resolve;
}
