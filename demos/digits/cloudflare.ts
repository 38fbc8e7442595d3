import { createWorker } from "isoserve/cloudflare";
import app from "./app.ts";

const { fetch } = createWorker(app);

export default { fetch };
