import { once } from "node:events";
import { Worker } from "node:worker_threads";

// What the platform alone takes: a thread that imports the same module, and the news of its end.
const diedAt = new SharedArrayBuffer(8);
const start = performance.now();
const worker = new Worker(new URL("./start.worker.ts", import.meta.url), { workerData: diedAt });
await once(worker, "message");
const readyMs = performance.now() - start;
worker.postMessage("die");
await once(worker, "exit");
const deathMs = Number(process.hrtime.bigint() - (new BigInt64Array(diedAt)[0] ?? 0n)) / 1e6;
process.send?.({ readyMs, deathMs }, () => process.exit());
