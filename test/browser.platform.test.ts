import { afterAll, describe, it } from "vitest";
import { browser } from "../adapters/browser/index.ts";
import { cases } from "./platform.suite.ts";
import { suiteHost } from "./suite/host.ts";

const host = suiteHost(
  "browser, inline",
  (log) => browser({ log }),
  () => undefined,
);

describe(host.name, () => {
  afterAll(() => host.shutdown());
  for (const { name, run } of cases) it(name, () => run(host), 30_000);
});
