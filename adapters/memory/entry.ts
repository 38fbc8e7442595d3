import { createServe } from "../../src/index.ts";
import { memory } from "./index.ts";

export * from "../../src/index.ts";

/** The default instance where the platform is none of those that isoserve knows: everything in this thread. */
export const serve = createServe(memory());
