import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { serve } from "isoserve";
import { closeOnSignals, listen } from "isoserve/node";
import app from "./app.ts";

const { values } = parseArgs({
  options: { port: { type: "string", default: process.env["PORT"] ?? "8000" } },
});
await serve.run(app, { module: import.meta.resolve("./app.ts") });
const listening = await listen(serve, { port: Number(values.port) }).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
closeOnSignals(serve, listening);

const seven = relative("", fileURLToPath(new URL("samples/7.png", import.meta.url)));
console.log(`Draw a digit: ${listening.url}
Send one:     curl --data-binary @${seven} -H 'content-type: image/png' ${listening.url}/predict
Stop:         Ctrl+C`);
