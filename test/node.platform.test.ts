import { afterAll, describe, it } from "vitest";
import { node } from "../adapters/node/index.ts";
import { cases } from "./platform.suite.ts";
import { suiteHost } from "./suite/host.ts";

const MODULE = new URL("./fixtures/apps.ts", import.meta.url);

for (const host of [
  suiteHost("node, inline", node(), () => undefined),
  suiteHost("node, worker threads", node(), (exportName, args) => {
    const module = `${MODULE.href}#${exportName}`;
    return args === undefined ? module : { module, args };
  }),
]) {
  describe(host.name, () => {
    afterAll(() => host.shutdown());
    for (const { name, run } of cases) it(name, () => run(host), 30_000);
  });
}
