import { createServe, node } from "../isoserve.ts";
import { serveApps } from "./serve-apps.ts";

// The same as `isoserve.ts`, with a line of the log for each request.
await serveApps(createServe(node(), { logging: { accessLog: true } }));
