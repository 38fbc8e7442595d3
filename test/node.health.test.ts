import { afterAll, describe, expect, it, vi } from "vitest";
import { node } from "../adapters/node/index.ts";
import { createServe } from "../src/index.ts";
import { called, impatient, patient } from "./fixtures/blocking.ts";
import { LogBook } from "./fixtures/log-book.ts";

const serve = createServe(node({ log: new LogBook() }));
const apps = { called, impatient, patient };
const MODULE = new URL("./fixtures/blocking.ts", import.meta.url).href;

afterAll(() => serve.shutdown());

/** An application whose replicas are checked ten times a second, in worker threads. */
async function run<K extends keyof typeof apps>(name: K) {
  const handle = await serve.run<Blocks>(apps[name] as never, {
    name,
    routePrefix: `/${name}`,
    module: `${MODULE}#${name}`,
  });
  const dead = () => serve.status().applications[name]?.deployments["Blocking"]?.deadReplicas ?? [];
  return { handle, dead };
}

interface Blocks {
  block(ms: number): Promise<string>;
  blockLater(ms: number): Promise<string>;
  replica(): Promise<string>;
}

describe("a replica in a worker thread", () => {
  it("is kept while calls block its event loop for many checks", async () => {
    const { handle, dead } = await run("patient");
    const replica = await handle.replica();
    expect(await handle.block(2_000)).toBe(replica);
    // One after the other, so that the loop hardly turns between them.
    const calls = Array.from({ length: 10 }, () => handle.block(150));
    expect(new Set(await Promise.all(calls))).toEqual(new Set([replica]));
    expect(dead()).toEqual([]);
  }, 20_000);

  it("is replaced when something else blocks it", async () => {
    const { handle, dead } = await run("patient");
    const replica = await handle.blockLater(10_000);
    await vi.waitUntil(() => dead().length > 0, { timeout: 8_000 });
    expect(dead()[0]).toMatchObject({
      replicaId: replica,
      reason: `${replica}: checkHealth did not end within 500 ms (option healthCheckTimeoutMs)`,
    });
    expect(await handle.replica()).not.toBe(replica);
  }, 20_000);

  it("is ended when a call blocks it past its deadline and a grace, whoever calls", async () => {
    const ended = (["impatient", "called"] as const).map(async (name) => {
      const { handle, dead } = await run(name);
      const replica = await handle.replica();
      await expect(handle.block(60_000)).rejects.toMatchObject({ code: "TIMEOUT" });
      await vi.waitUntil(() => dead().length > 0, { timeout: 20_000 });
      expect(dead()[0]).toMatchObject({
        replicaId: replica,
        reason: `${replica}: a call blocks the event loop past its deadline of 300 ms (option requestTimeoutMs)`,
      });
      // The next one may take longer to start than its calls may wait.
      const next = await vi.waitUntil(() => handle.replica().catch(() => undefined), {
        timeout: 8_000,
      });
      expect(next).not.toBe(replica);
    });
    await Promise.all(ended);
  }, 40_000);
});
