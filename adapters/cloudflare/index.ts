export type { ReplicaNamespace } from "./bindings.ts";
export { cloudflare } from "./platform.ts";
export { createWorker, type ServeWorker, type WorkerOptions } from "./worker.ts";
