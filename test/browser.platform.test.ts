import { afterAll, describe, it } from "vitest";
import { browser } from "../adapters/browser/index.ts";
import { cases } from "./platform.suite.ts";
import { suiteHost } from "./suite/host.ts";

const worker = () =>
  new Worker(new URL("./fixtures/apps.worker.ts", import.meta.url), { type: "module" });

for (const host of [
  suiteHost(
    "browser, inline",
    (log) => browser({ log }),
    () => undefined,
  ),
  suiteHost(
    "browser, Web Workers",
    (log) => browser({ log }),
    (exportName, args) => ({
      worker,
      export: exportName,
      ...(args !== undefined && { args }),
    }),
  ),
]) {
  describe(host.name, () => {
    afterAll(() => host.shutdown());
    for (const { name, run } of cases) it(name, () => run(host), 30_000);
  });
}
