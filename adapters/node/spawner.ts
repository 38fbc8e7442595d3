import type { AsyncContext } from "../../src/context.ts";
import { holdNothing, type ReplicaSpawner, ServeError, systemClock } from "../../src/index.ts";
import { keepNothing } from "../../src/keep-alive.ts";
import { noSurvivors } from "../../src/platform.ts";
import type { PortConnection } from "../../src/replica/broker.ts";
import { startInline } from "../../src/replica/inline-spawner.ts";
import { WorkerConnection } from "../../src/replica/worker-connection.ts";
import type { Capacity } from "../../src/resources.ts";
import type { LogSink } from "../../src/telemetry/log-line.ts";
import { Logger } from "../../src/telemetry/logger.ts";
import { type NodeModule, referenceOf } from "./node-module.ts";
import { startWorker } from "./worker.ts";

export function nodeSpawner(
  asyncContext: AsyncContext,
  log: LogSink,
  capacity: Capacity,
): ReplicaSpawner<NodeModule, PortConnection> {
  const platform = {
    clock: systemClock,
    asyncContext,
    defer: setImmediate,
    hold: holdNothing,
    keepAlive: keepNothing,
    log,
  };
  let told = false;
  return {
    capacity: () => capacity,
    survivors: noSurvivors,
    async start(spec, source, directory, signal) {
      if (source.isolation === "inline") {
        if (source.code === undefined && !told) {
          told = true;
          new Logger(log, systemClock, {}, spec.logging).warn(
            'replicas run in this thread, since serve.run got no module; pass module: import.meta.resolve("./app.ts") to run them in worker threads',
          );
        }
        return startInline(spec, source, directory, signal, platform);
      }
      if (source.code === undefined) {
        throw new ServeError(
          "INVALID_OPTION",
          `deployment(${spec.deployment}): isolation "worker" needs the code; pass module: import.meta.resolve("./app.ts") to serve.run`,
        );
      }
      const code = referenceOf(source.code);
      const worker = startWorker(spec.replicaId, log, source.node.options.runtimeEnv);
      signal.addEventListener("abort", () => void worker.terminate(), { once: true });
      return WorkerConnection.start(spec, code, worker, directory, setImmediate, platform);
    },
  };
}
