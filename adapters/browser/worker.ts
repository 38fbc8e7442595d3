import type { CloseReason } from "../../src/replica/protocol.ts";
import { closedFor, type WorkerProcess } from "../../src/replica/worker-connection.ts";
import type { LogSink } from "../../src/telemetry/log-line.ts";
import { isLogMessage } from "../../src/telemetry/log-port.ts";
import { lockReleased } from "./locks.ts";

/** What passes between a page and its worker before the control connection. */
export interface LockMessage {
  /** From the page: take this lock. From the worker: it is held. */
  readonly isoserveLock: string;
}

export function isLockMessage(data: unknown): data is LockMessage {
  return typeof data === "object" && data !== null && "isoserveLock" in data;
}

/** Starts a Web Worker, made by the user's factory, that waits to become a replica. */
export function startWorker(make: () => Worker, replicaId: string, log: LogSink): WorkerProcess {
  const worker = make();
  const { promise: closed, resolve } = Promise.withResolvers<CloseReason>();
  const lock = `isoserve:replica:${replicaId}:${crypto.randomUUID()}`;
  let running = false;
  worker.addEventListener("message", ({ data }) => {
    if (isLogMessage(data)) return log.write(data.isoserveLog, data.format);
    if (!isLockMessage(data)) return;
    running = true;
    lockReleased(lock).then(() => resolve({ expected: false, message: "its worker ended" }));
  });
  worker.addEventListener("error", (event) => {
    // Once it runs, an uncaught error is the user's and does not end a Web Worker.
    if (running) return;
    event.preventDefault();
    const message = event.message || "its script could not be loaded";
    resolve({ expected: false, message: `the worker's script failed: ${message}` });
  });
  worker.postMessage({ isoserveLock: lock } satisfies LockMessage);
  return {
    endpoint: worker,
    closed,
    utilization: () => 1,
    terminate: async (why) => {
      worker.terminate();
      resolve(closedFor(why));
    },
  };
}
