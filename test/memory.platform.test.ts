import { describe, it } from "vitest";
import { memory } from "../adapters/memory/index.ts";
import { createServe } from "../src/index.ts";
import * as exports from "./fixtures/apps.ts";
import { cases, type SuiteHost } from "./platform.suite.ts";
import { killable } from "./suite/killable.ts";

// A copy: the suite picks applications by name.
const apps = { ...exports };
const bodyLimitBytes = 1024 * 1024;
const { platform, kill } = killable(memory());
const serve = createServe(platform, { bodyLimitBytes });
const host: SuiteHost = {
  name: "memory",
  isolated: false,
  bodyLimitBytes,
  serve,
  run: (exportName, options) => serve.run(apps[exportName] as never, options),
  kill,
};

describe("memory", () => {
  for (const { name, run } of cases) it(name, () => run(host), 30_000);
});
