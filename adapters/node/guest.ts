import { parentPort } from "node:worker_threads";
import { holdNothing, ServeError, systemClock } from "../../src/index.ts";
import { type LoadedModule, serveGuest } from "../../src/replica/guest.ts";
import { nodeContext } from "./context.ts";
import { explainImportError } from "./import-error.ts";
import { installLightFetch } from "./light-fetch.ts";

/** Turns this worker thread into a replica of whatever its host says. */
export function serveThread(): void {
  installLightFetch();
  if (!parentPort)
    throw new ServeError("INVALID_APPLICATION", "replica.node runs in a worker only");
  serveGuest(parentPort as never, {
    asyncContext: nodeContext(),
    clock: systemClock,
    hold: holdNothing,
    defer: setImmediate,
    load: loadModule,
  });
}

/** Imports an app module: a URL, with `#name` for a named export. */
export async function loadModule(code: unknown): Promise<LoadedModule> {
  const url = new URL(String(code));
  const exportName = decodeURIComponent(url.hash.slice(1)) || "default";
  url.hash = "";
  const where = url.protocol === "file:" ? url.pathname : url.href;
  try {
    return { exports: (await import(url.href)) as object, exportName, where };
  } catch (error) {
    throw explainImportError(error, where);
  }
}
