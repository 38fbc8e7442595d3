import { type Application, isApplication } from "../../src/application.ts";
import type { ApplicationBuilder } from "../../src/exported-application.ts";
import { holdNothing, synchronousContext, systemClock } from "../../src/index.ts";
import { serveGuest } from "../../src/replica/guest.ts";
import { plainText } from "../../src/telemetry/console-text.ts";
import { portSink } from "../../src/telemetry/log-port.ts";
import { defer } from "./defer.ts";
import { holdLock } from "./locks.ts";
import type { ExportReference } from "./spawner.ts";
import { isLockMessage, type LockMessage } from "./worker.ts";

/**
 * Turns this Web Worker into a replica of whatever deployment its page says.
 *
 * @param apps the application, its builder, or the module that exports it (`import * as apps from "./app.ts"`)
 * @example
 * import { serveReplica } from "isoserve/browser";
 * import app from "./app.ts";
 * serveReplica(app);
 */
export function serveReplica(
  apps: Application<unknown> | ApplicationBuilder | Readonly<Record<string, unknown>>,
): void {
  const exports = isApplication(apps) || typeof apps === "function" ? { default: apps } : apps;
  self.addEventListener("message", ({ data }) => {
    if (!isLockMessage(data)) return;
    const answer: LockMessage = data;
    holdLock(data.isoserveLock).then(() => self.postMessage(answer));
  });
  serveGuest(self as never, {
    asyncContext: synchronousContext(),
    clock: systemClock,
    hold: holdNothing,
    log: portSink(self as never),
    consoleText: plainText,
    defer,
    busySeconds: () => undefined,
    load: async (code) => ({
      exports,
      ...(code as ExportReference),
      where: "the module given to serveReplica",
    }),
  });
}
