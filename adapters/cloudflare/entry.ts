import { createServe } from "../../src/index.ts";
import { cloudflare } from "./platform.ts";

export * from "../../src/index.ts";

/** The default instance, in workerd: for scripts of one's own; a Worker is made by `createWorker`. */
export const serve = createServe(cloudflare());
