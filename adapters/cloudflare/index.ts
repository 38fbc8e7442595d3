export type { CloudflareModule } from "./code-names.ts";
export { cloudflare } from "./platform.ts";
export type { ReplicaNamespace } from "./spawner.ts";
export { createWorker, type ServeWorker, type WorkerOptions } from "./worker.ts";
