import { afterAll, describe, it } from "vitest";
import { memory } from "../adapters/memory/index.ts";
import { cases } from "./platform.suite.ts";
import { suiteHost } from "./suite/host.ts";

const host = suiteHost(
  "memory",
  (log) => memory({ log }),
  () => undefined,
);

describe(host.name, () => {
  afterAll(() => host.shutdown());
  for (const { name, run } of cases) it(name, () => run(host), 30_000);
});
