import { serve } from "../isoserve.ts";
import { serveApps } from "./serve-apps.ts";

await serveApps(serve);
