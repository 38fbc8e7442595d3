import type { Json } from "../../src/config/application-config.ts";
import type { AsyncContext } from "../../src/context.ts";
import { holdNothing, type ReplicaSpawner, ServeError, systemClock } from "../../src/index.ts";
import { keepNothing } from "../../src/keep-alive.ts";
import { noSurvivors } from "../../src/platform.ts";
import type { PortConnection } from "../../src/replica/broker.ts";
import { startInline } from "../../src/replica/inline-spawner.ts";
import { refuseRuntimeEnv } from "../../src/replica/runtime-env.ts";
import { WorkerConnection } from "../../src/replica/worker-connection.ts";
import type { Capacity } from "../../src/resources.ts";
import type { LogSink } from "../../src/telemetry/log-line.ts";
import { defer } from "./defer.ts";
import { startWorker } from "./worker.ts";

/** Makes the worker whose script calls `serveReplica(app)`. */
export type WorkerFactory = () => Worker;

/**
 * How replicas find the code: a factory in the form that bundlers detect,
 * `() => new Worker(new URL("./app.worker.ts", import.meta.url), { type: "module" })`, with the name of the export
 * where the worker serves a module of several applications, and what that is given where it is a builder.
 */
export type BrowserModule =
  | WorkerFactory
  | { readonly worker: WorkerFactory; readonly export?: string; readonly args?: Json };

/** The same as it is sent to a worker. */
export interface ExportReference {
  readonly exportName: string;
  readonly args: Json | undefined;
}

export function browserSpawner(
  asyncContext: AsyncContext,
  log: LogSink,
  capacity: Capacity,
): ReplicaSpawner<BrowserModule, PortConnection> {
  const platform = {
    clock: systemClock,
    asyncContext,
    defer,
    hold: holdNothing,
    keepAlive: keepNothing,
    log,
  };
  return {
    capacity: () => capacity,
    survivors: noSurvivors,
    async start(spec, source, directory, signal) {
      if (source.isolation === "inline")
        return startInline(spec, source, directory, signal, platform);
      if (source.code === undefined) {
        throw new ServeError(
          "INVALID_OPTION",
          `deployment(${spec.deployment}): isolation "worker" needs a worker; pass module: () => new Worker(new URL("./app.worker.ts", import.meta.url), { type: "module" }) to serve.run`,
        );
      }
      refuseRuntimeEnv(spec.deployment, source.node.options, "a browser has no environment");
      const given = typeof source.code === "function" ? { worker: source.code } : source.code;
      const code: ExportReference = { exportName: given.export ?? "default", args: given.args };
      const worker = startWorker(given.worker, spec.replicaId, log);
      signal.addEventListener("abort", () => void worker.terminate(), { once: true });
      return WorkerConnection.start(spec, code, worker, directory, defer, platform);
    },
  };
}
