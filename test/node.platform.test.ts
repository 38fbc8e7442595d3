import { afterAll, describe, it } from "vitest";
import { type NodeModule, node } from "../adapters/node/index.ts";
import { createServe } from "../src/index.ts";
import * as exports from "./fixtures/apps.ts";
import { cases, type SuiteHost } from "./platform.suite.ts";
import { killable } from "./suite/killable.ts";

// A copy: the suite picks applications by name.
const apps = { ...exports };
const bodyLimitBytes = 1024 * 1024;
const MODULE = new URL("./fixtures/apps.ts", import.meta.url);

/** @param moduleOf where workers find an application; undefined runs it in this thread */
function hostOf(name: string, moduleOf: (exportName: string) => NodeModule | undefined) {
  const { platform, kill } = killable(node());
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
  hostOf("node, inline", () => undefined),
  hostOf("node, worker threads", (exportName) => `${MODULE.href}#${exportName}`),
]) {
  describe(host.name, () => {
    afterAll(() => serve.shutdown());
    for (const { name, run } of cases) it(name, () => run(host), 30_000);
  });
}
