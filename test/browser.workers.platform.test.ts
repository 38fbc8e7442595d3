import { afterAll, describe, it } from "vitest";
import { browser } from "../adapters/browser/index.ts";
import workerUrl from "./fixtures/apps.worker.ts?bundled";
import { cases } from "./platform.suite.ts";
import { suiteHost } from "./suite/host.ts";

const worker = () => new Worker(workerUrl, { type: "module" });

const host = suiteHost(
  "browser, Web Workers",
  (log) => browser({ log }),
  (exportName, args) => ({ worker, export: exportName, ...(args !== undefined && { args }) }),
);

describe(host.name, () => {
  afterAll(() => host.shutdown());
  for (const { name, run } of cases) it(name, () => run(host), 30_000);
});
