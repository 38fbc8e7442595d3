import { fileURLToPath } from "node:url";
import { format } from "node:util";
import { parentPort } from "node:worker_threads";
import { holdNothing, ServeError, systemClock } from "../../src/index.ts";
import { type LoadedModule, serveGuest } from "../../src/replica/guest.ts";
import { portSink } from "../../src/telemetry/log-port.ts";
import { nodeContext } from "./context.ts";
import { explainImportError } from "./import-error.ts";
import { installLightFetch } from "./light-fetch.ts";
import type { ModuleReference } from "./node-module.ts";

/** Turns this worker thread into a replica of whatever its host says. */
export function serveThread(): void {
  installLightFetch();
  if (!parentPort)
    throw new ServeError("INVALID_APPLICATION", "replica.node runs in a worker only");
  serveGuest(parentPort as never, {
    asyncContext: nodeContext(),
    clock: systemClock,
    hold: holdNothing,
    log: portSink(parentPort),
    consoleText: (args) => format(...args),
    defer: setImmediate,
    busySeconds: () => performance.eventLoopUtilization().active / 1000,
    load: (code) => loadModule(code as ModuleReference),
  });
}

async function loadModule({ url, exportName, args }: ModuleReference): Promise<LoadedModule> {
  const where = url.startsWith("file:") ? fileURLToPath(url) : url;
  try {
    return { exports: (await import(url)) as object, exportName, args, where };
  } catch (error) {
    throw explainImportError(error, where);
  }
}
