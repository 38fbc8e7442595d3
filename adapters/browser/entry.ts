import { createServe } from "../../src/index.ts";
import { browser } from "./index.ts";

export * from "../../src/index.ts";

/** The default instance, in the browser. */
export const serve = createServe(browser());
