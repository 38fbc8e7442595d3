import "../traced-apps.ts";
import { serve } from "../isoserve.ts";
import { serveApps } from "./serve-apps.ts";

// The same as `isoserve.ts`, with spans of each request, here and in its replica.
await serveApps(serve, import.meta.resolve("../traced-apps.ts"));
