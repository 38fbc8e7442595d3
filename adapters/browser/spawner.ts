import type { AsyncContext } from "../../src/context.ts";
import { holdNothing, type ReplicaSpawner, ServeError, systemClock } from "../../src/index.ts";
import type { PortConnection } from "../../src/replica/broker.ts";
import { startInline } from "../../src/replica/inline-spawner.ts";
import { WorkerConnection } from "../../src/replica/worker-connection.ts";
import { defer } from "./defer.ts";
import { startWorker } from "./worker.ts";

/** Makes the worker whose script calls `serveReplica(app)`. */
export type WorkerFactory = () => Worker;

/**
 * How replicas find the code: a factory in the form that bundlers detect,
 * `() => new Worker(new URL("./app.worker.ts", import.meta.url), { type: "module" })`, with the name of the export
 * where the worker serves a module of several applications.
 */
export type BrowserModule =
  | WorkerFactory
  | { readonly worker: WorkerFactory; readonly export: string };

export function browserSpawner(
  asyncContext: AsyncContext,
): ReplicaSpawner<BrowserModule, PortConnection> {
  const platform = { clock: systemClock, asyncContext, defer, hold: holdNothing };
  return {
    async start(spec, source, directory, signal) {
      if (source.isolation === "inline") return startInline(spec, source, directory, platform);
      if (source.code === undefined) {
        throw new ServeError(
          "INVALID_OPTION",
          `deployment(${spec.deployment}): isolation "worker" needs a worker; pass module: () => new Worker(new URL("./app.worker.ts", import.meta.url), { type: "module" }) to serve.run`,
        );
      }
      const [make, exportName] =
        typeof source.code === "function"
          ? [source.code, "default"]
          : [source.code.worker, source.code.export];
      const worker = startWorker(make, spec.replicaId);
      signal.addEventListener("abort", () => void worker.terminate(), { once: true });
      return WorkerConnection.start(spec, exportName, worker, directory, defer, platform);
    },
  };
}
