import { afterAll, describe, it } from "vitest";
import { type BrowserModule, browser } from "../adapters/browser/index.ts";
import { createServe } from "../src/index.ts";
import * as exports from "./fixtures/apps.ts";
import { cases, type SuiteHost } from "./platform.suite.ts";
import { killable } from "./suite/killable.ts";

// A copy: the suite picks applications by name.
const apps = { ...exports };
const bodyLimitBytes = 1024 * 1024;
const worker = () =>
  new Worker(new URL("./fixtures/apps.worker.ts", import.meta.url), { type: "module" });

function hostOf(name: string, moduleOf: (exportName: string) => BrowserModule | undefined) {
  const { platform, kill } = killable(browser());
  const serve = createServe(platform, { bodyLimitBytes });
  const host: SuiteHost = {
    name,
    isolated: moduleOf("any") !== undefined,
    bodyLimitBytes,
    serve,
    run: (exportName, options) => {
      const module = moduleOf(exportName);
      return serve.run(apps[exportName] as never, { ...options, ...(module && { module }) });
    },
    kill,
  };
  return { host, serve };
}

for (const { host, serve } of [
  hostOf("browser, inline", () => undefined),
  hostOf("browser, Web Workers", (exportName) => ({ worker, export: exportName })),
]) {
  describe(host.name, () => {
    afterAll(() => serve.shutdown());
    for (const { name, run } of cases) it(name, () => run(host), 30_000);
  });
}
