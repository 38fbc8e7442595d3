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

const lines = () =>
  workerd
    .getLogs()
    .filter(({ message }) => message.startsWith("{"))
    .map(({ message }) => JSON.parse(message) as Record<string, unknown>);
const log = () =>
  lines()
    .map(({ message }) => message)
    .join("\n");

describe("a Worker without Durable Objects", () => {
  it("serves inline deployments", async () => {
    expect(await ask("inline", "/you")).toEqual({ status: 200, text: "hello /you" });
  });

  it("gives handles of them to handlers of other events", async () => {
    expect(await ask("inline", "/by/handle")).toEqual({ status: 200, text: "hello you" });
  });

  it("logs what its code says to the console, with the request it was for", async () => {
    expect((await ask("chatty", "/a?secret=1")).status).toBe(500);
    const ours = lines().filter(({ deployment }) => deployment === "Chatty");
    const requestId = ours[0]?.["requestId"];
    expect(requestId).toMatch(/^\w+-\w+$/);
    const origin = { application: "default", deployment: "Chatty", requestId };
    const replica = expect.stringMatching(/^default\/Chatty#1/);
    expect(ours).toMatchObject([
      { level: "info", ...origin, replica, message: "spoken of 7" },
      { level: "error", ...origin, replica, message: "later" },
      { ...origin, message: "request failed", error: { name: "RangeError", message: "a secret" } },
      { ...origin, message: "request", method: "GET", path: "/a", status: 500 },
    ]);
    expect(ours).toHaveLength(4);
  });

  it("leaves the console of other code as it is", async () => {
    await ask("inline", "/outside");
    const outside = { level: "warn", message: "outside of any call" };
    expect(workerd.getLogs()).toContainEqual(expect.objectContaining(outside));
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
