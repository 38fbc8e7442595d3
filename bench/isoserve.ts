import { existsSync, statSync } from "node:fs";

const built = new URL("../dist/adapters/node/entry.js", import.meta.url);
const root = existsSync(built)
  ? { path: "../dist/", extension: "js" }
  : { path: "../", extension: "ts" };

/** What is measured: the built package where there is one, else the sources. */
export const measured = existsSync(built)
  ? `dist/, built ${statSync(built).mtime.toISOString()}`
  : "the sources (nothing is built)";

const load = (name: string) => import(`${root.path}adapters/${name}.${root.extension}`);
const core = (name: string) => import(`${root.path}src/${name}.${root.extension}`);

export const { batch, createServe, deployment, log, serve, transfer } = (await load(
  "node/entry",
)) as typeof import("../adapters/node/entry.ts");
export const { listen, node } = (await load(
  "node/index",
)) as typeof import("../adapters/node/index.ts");
export const { exportTraces } = (await core(
  "telemetry/opentelemetry",
)) as typeof import("../src/telemetry/opentelemetry.ts");
export const { manualClock, memory } = (await load(
  "memory/testing",
)) as typeof import("../adapters/memory/testing.ts");
