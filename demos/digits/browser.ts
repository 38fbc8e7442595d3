import { serve } from "isoserve";
import { listen } from "isoserve/browser";
import app from "./app.ts";
import { parts } from "./page/page.ts";
import { startPage } from "./page/start.ts";

async function start(): Promise<void> {
  await serve.run(app, {
    module: () => new Worker(new URL("./app.worker.ts", import.meta.url), { type: "module" }),
  });
  await listen(serve, { serviceWorker: "/service-worker.js" });
}

startPage(parts, start());
