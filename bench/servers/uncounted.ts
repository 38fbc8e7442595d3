import { createServe, node } from "../isoserve.ts";
import { serveApps } from "./serve-apps.ts";

// The same as `isoserve.ts`, but that nothing is counted.
await serveApps(createServe(node(), { metrics: false }));
