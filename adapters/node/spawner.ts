import type { AsyncContext } from "../../src/context.ts";
import { holdNothing, type ReplicaSpawner, ServeError, systemClock } from "../../src/index.ts";
import type { PortConnection } from "../../src/replica/broker.ts";
import { startInline } from "../../src/replica/inline-spawner.ts";
import { WorkerConnection } from "../../src/replica/worker-connection.ts";
import { startWorker } from "./worker.ts";

/** How workers find the code: the URL of the app module, with `#name` for a named export. */
export type NodeModule = string | URL;

export function nodeSpawner(
  asyncContext: AsyncContext,
): ReplicaSpawner<NodeModule, PortConnection> {
  const platform = { clock: systemClock, asyncContext, defer: setImmediate, hold: holdNothing };
  let told = false;
  return {
    async start(spec, source, directory, signal) {
      if (source.isolation === "inline") {
        if (source.code === undefined && !told) {
          told = true;
          console.warn(
            'isoserve: replicas run in this thread, since serve.run got no module; pass module: import.meta.resolve("./app.ts") to run them in worker threads',
          );
        }
        return startInline(spec, source, directory, platform);
      }
      if (source.code === undefined) {
        throw new ServeError(
          "INVALID_OPTION",
          `deployment(${spec.deployment}): isolation "worker" needs the code; pass module: import.meta.resolve("./app.ts") to serve.run`,
        );
      }
      const worker = startWorker(spec.replicaId);
      signal.addEventListener("abort", () => void worker.terminate(), { once: true });
      const code = String(source.code);
      return WorkerConnection.start(spec, code, worker, directory, setImmediate, platform);
    },
  };
}
