import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestHarness } from "wrangler";
import { storeCases } from "./store.suite.ts";

// The cases run inside workerd, each in an object of its own.
const workerd = createTestHarness({
  workers: [{ configPath: new URL("./workerd/store.wrangler.json", import.meta.url) }],
});

async function call(method: string, query: Readonly<Record<string, string>>): Promise<string> {
  const response = await workerd.fetch(`/${method}?${new URLSearchParams(query)}`);
  return response.text();
}

beforeAll(async () => {
  await workerd.listen();
}, 60_000);
afterAll(() => workerd.close());

describe("durableStore", () => {
  for (const { name } of storeCases) {
    it(name, async () => {
      expect(await call("run", { object: name, text: name })).toBe("passed");
    }, 30_000);
  }

  it("keeps what was put when the object dies", async () => {
    const object = "dies";
    expect(await call("put", { object, text: "kept", expected: "0" })).toBe("passed");
    await call("die", { object });
    expect(await call("get", { object })).toBe('{"text":"kept","revision":1}');
  });

  // The limit holds on Cloudflare, not in workerd.
  it("has no row of 2 MB, however large the document is", async () => {
    const bytes = Number(await call("largest", { object: "large", text: "2000000" }));
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(bytes).toBeLessThan(1_900_000);
  });

  it.each([
    [
      "of a newer format",
      "CREATE TABLE isoserve_format (number INTEGER NOT NULL); INSERT INTO isoserve_format VALUES (2)",
      "has format 2, and this isoserve knows format 1 only; deploy the isoserve that wrote it",
    ],
    [
      "with another program's table",
      "CREATE TABLE isoserve_documents (title TEXT)",
      "can't be used (table isoserve_documents already exists",
    ],
  ])("refuses storage %s and leaves it", async (object, statements, problem) => {
    const refusal = await call("refusal", { object, text: statements });
    expect(refusal).toContain(`STATE_UNREADABLE state in the Durable Object: ${problem}`);
  });
});
