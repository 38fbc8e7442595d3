import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestHarness } from "wrangler";

const workerd = createTestHarness({
  workers: [{ configPath: new URL("./workerd/alone.wrangler.json", import.meta.url) }],
});

beforeAll(async () => {
  await workerd.listen();
}, 60_000);
afterAll(() => workerd.close());

async function ask(worker: string, path: string) {
  const response = await workerd.fetch(path, { headers: { "x-worker": worker } });
  return { status: response.status, text: await response.text() };
}

const log = () =>
  workerd
    .getLogs()
    .map(({ message }) => (JSON.parse(message) as { message: string }).message)
    .join("\n");

describe("a Worker without Durable Objects", () => {
  it("serves inline deployments", async () => {
    expect(await ask("inline", "/you")).toEqual({ status: 200, text: "hello /you" });
  });

  it("gives handles of them to handlers of other events", async () => {
    expect(await ask("inline", "/by/handle")).toEqual({ status: 200, text: "hello you" });
  });

  it("has no admin API: its paths are the application's", async () => {
    const path = "/api/serve/status";
    expect(await ask("inline", path)).toEqual({ status: 200, text: `hello ${path}` });
  });

  it("says what to add where replicas need objects", async () => {
    expect((await ask("durable", "/you")).status).toBe(500);
    expect(log()).toContain(
      'createWorker: a deployment with isolation "worker" needs Durable Objects that are not bound; add to the Wrangler configuration durable_objects.bindings {"name":"REPLICA","class_name":"Replica"} and {"name":"CONTROLLER","class_name":"Controller"} and a migration with new_sqlite_classes ["Replica","Controller"], and to the entry module export const Replica = worker.Replica; export const Controller = worker.Controller',
    );
  });

  it("says so where the admin API needs one", async () => {
    expect((await ask("admin", "/you")).status).toBe(500);
    expect(log()).toContain(
      'the option adminToken needs Durable Objects that are not bound; add to the Wrangler configuration durable_objects.bindings {"name":"CONTROL","class_name":"Controller"} and',
    );
  });
});
