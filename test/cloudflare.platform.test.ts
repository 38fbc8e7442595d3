import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestHarness } from "wrangler";
import { cases } from "./platform.suite.ts";

// The suite runs inside workerd, a request a case.
const workerd = createTestHarness({
  workers: [{ configPath: new URL("./workerd/wrangler.json", import.meta.url) }],
});

beforeAll(async () => {
  await workerd.listen();
}, 60_000);
afterAll(() => workerd.close());

describe.each(["inline", "worker"])("cloudflare, isolation %s", (isolation) => {
  for (const { name } of cases) {
    it(name, async () => {
      const query = new URLSearchParams({ isolation, case: name });
      const response = await workerd.fetch(`/?${query}`);
      expect(await response.text()).toBe("passed");
    }, 30_000);
  }
});
