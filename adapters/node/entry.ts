import { createServe } from "../../src/index.ts";
import { node } from "./index.ts";

export * from "../../src/index.ts";

/** The default instance, on Node. */
export const serve = createServe(node());
