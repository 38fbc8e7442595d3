import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { RuntimeEnv } from "../../src/index.ts";
import type { CloseReason } from "../../src/replica/protocol.ts";
import { closedFor, type WorkerProcess } from "../../src/replica/worker-connection.ts";

import type { LogSink } from "../../src/telemetry/log-line.ts";
import { isLogMessage } from "../../src/telemetry/log-port.ts";

// Beside this file in the sources and in the build alike.
const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
const ENTRY = new URL(`../../workers/replica.node${extension}`, import.meta.url);

/** Starts a worker thread that waits to become a replica. */
export function startWorker(name: string, log: LogSink, runtimeEnv?: RuntimeEnv): WorkerProcess {
  const worker = new Worker(ENTRY, { name, env: environment(runtimeEnv?.env) });
  // Node hands over what a thread has sent before it ended, however it did.
  worker.on("message", (data) => {
    if (isLogMessage(data)) log.write(data.isoserveLog, data.format);
  });
  let stopped: CloseReason | undefined;
  let crash: unknown;
  worker.on("error", (error) => {
    crash = error;
  });
  // Not `events.once`, which rejects on the "error" that comes before the exit of a crash.
  const exited = new Promise<number>((resolve) => worker.once("exit", resolve));
  const closed = exited.then((code): CloseReason => {
    if (stopped) return stopped;
    const why = crash instanceof Error ? `${crash.name}: ${crash.message}` : undefined;
    // `process.exit(0)` looks like a clean end, but nobody asked for it.
    return { expected: false, message: why ?? `its thread exited with code ${code}` };
  });
  // Read from here it is right even while the thread is blocked.
  const { performance } = worker;
  let before = performance.eventLoopUtilization();
  return {
    utilization: () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
    endpoint: nodeEndpoint(worker),
    closed,
    terminate: async (why) => {
      stopped ??= closedFor(why);
      await worker.terminate();
    },
  };
}

/**
 * With Node's compile cache a replica starts in less than half the time: TypeScript is stripped once, not once a
 * thread. It also keeps the stripper's WebAssembly out of the threads: V8 (Node 24) crashes now and then where
 * WebAssembly comes and goes with them (nodejs/node#64500). `NODE_DISABLE_COMPILE_CACHE=1` turns it off.
 */
function environment(own: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"), ...process.env, ...own };
}

/** Gives comlink the listener methods of the Web that Node's Worker lacks. */
function nodeEndpoint(worker: Worker): WorkerProcess["endpoint"] {
  const listeners = new WeakMap<object, (data: unknown) => void>();
  return {
    postMessage: (message, transfer) => worker.postMessage(message, transfer as never),
    addEventListener: (_type, listener) => {
      const wrapped = (data: unknown) => {
        const event = { data } as MessageEvent;
        if ("handleEvent" in listener) listener.handleEvent(event);
        else listener(event);
      };
      worker.on("message", wrapped);
      listeners.set(listener, wrapped);
    },
    removeEventListener: (_type, listener) => {
      const wrapped = listeners.get(listener);
      if (wrapped) worker.off("message", wrapped);
    },
  };
}
