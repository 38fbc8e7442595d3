import { afterAll, describe, expect, it, vi } from "vitest";
import { node } from "../adapters/node/index.ts";
import { createServe, type DeploymentOptions } from "../src/index.ts";
import { app } from "./fixtures/kept.ts";
import { LogBook } from "./fixtures/log-book.ts";

const serve = createServe(node({ log: new LogBook(), resources: { custom: { licences: 4 } } }));
afterAll(() => serve.shutdown());

const module = new URL("./fixtures/kept.ts", import.meta.url).href;
const BASE: DeploymentOptions = {
  version: "1",
  isolation: "inline",
  userConfig: { greeting: "hello" },
};
let runs = 0;

/** Runs a deployment with some options, then with others in the same place: what became of its replica? */
async function changed(from: DeploymentOptions, to: DeploymentOptions, base = BASE) {
  runs += 1;
  const place = { name: `app${runs}`, routePrefix: `/app${runs}` };
  const run = (options: DeploymentOptions) =>
    serve.run(app(options), { ...place, module, deployments: { Kept: options } });
  const handle = await run({ ...base, ...from });
  const before = await handle.replica();
  await run({ ...base, ...to });
  const { replicas = [] } = serve.status().applications[place.name]?.deployments["Kept"] ?? {};
  const ids = replicas.map(({ replicaId }) => replicaId);
  return { kept: ids.includes(before), count: ids.length, handle, name: place.name };
}

describe("with a fixed version the replica is kept by another", () => {
  it.each<[keyof DeploymentOptions, DeploymentOptions]>([
    ["maxOngoingRequests", { maxOngoingRequests: 3 }],
    ["maxQueuedRequests", { maxQueuedRequests: 7 }],
    ["router", { router: "roundRobin" }],
    ["requestTimeoutMs", { requestTimeoutMs: 5_000 }],
    ["healthCheckPeriodMs", { healthCheckPeriodMs: 1_000 }],
    ["healthCheckTimeoutMs", { healthCheckTimeoutMs: 1_000 }],
    ["rollingUpdateFraction", { rollingUpdateFraction: 0.5 }],
    ["gracefulShutdownTimeoutMs", { gracefulShutdownTimeoutMs: 1_000 }],
    ["maxConstructorRetries", { maxConstructorRetries: 2 }],
    ["initTimeoutMs", { initTimeoutMs: 10_000 }],
  ])("%s", async (_field, options) => {
    expect(await changed({}, options)).toMatchObject({ kept: true, count: 1 });
  });

  it("numReplicas, up and down", async () => {
    expect(await changed({}, { numReplicas: 3 })).toMatchObject({ kept: true, count: 3 });
    expect(await changed({ numReplicas: 1 }, { numReplicas: 1 })).toMatchObject({ kept: true });
  });

  it("userConfig, which it is given", async () => {
    const { kept, handle } = await changed({}, { userConfig: { greeting: "good day" } });
    expect([kept, await handle.greeting()]).toEqual([true, "good day"]);
  });
});

describe("a kept replica goes by the new", () => {
  it("maxOngoingRequests", async () => {
    const { handle } = await changed({}, { maxOngoingRequests: 2 });
    expect(await handle.most()).toBe(0);
    await Promise.all(Array.from({ length: 6 }, () => handle.last(20)));
    expect(await handle.most()).toBe(2);
  });

  it("maxQueuedRequests", async () => {
    const { handle } = await changed({}, { maxOngoingRequests: 1, maxQueuedRequests: 1 });
    const calls = await Promise.allSettled(Array.from({ length: 3 }, () => handle.last(20)));
    const failed = calls.flatMap((call) => (call.status === "rejected" ? [call.reason.code] : []));
    expect(failed).toEqual(["BACKPRESSURE"]);
  });

  it("requestTimeoutMs", async () => {
    const { handle } = await changed({}, { requestTimeoutMs: 20 });
    await expect(handle.last(300)).rejects.toMatchObject({ code: "TIMEOUT" });
  });

  it("healthCheckPeriodMs", async () => {
    const { handle } = await changed({}, { healthCheckPeriodMs: 20 });
    const before = await handle.checks();
    await vi.waitUntil(async () => (await handle.checks()) >= before + 3);
  });

  it("initTimeoutMs, for its next settings", async () => {
    const { handle, name } = await changed({}, { initTimeoutMs: 50 });
    const never = { ...BASE, initTimeoutMs: 50, userConfig: { greeting: "never" } };
    const update = serve.run(app(never), { name, routePrefix: `/${name}`, module });
    await expect(update).rejects.toMatchObject({
      code: "DEPLOY_FAILED",
      cause: { code: "TIMEOUT", message: expect.stringContaining("reconfigure did not end") },
    });
    await vi.waitUntil(() => serve.status().applications[name]?.status === "RUNNING");
    expect(await handle.greeting()).toBe("hello");
  });
});

describe("the replica is replaced by another", () => {
  it.each<[keyof DeploymentOptions, DeploymentOptions]>([
    ["version", { version: "2" }],
    ["isolation", { isolation: "worker" }],
    ["resources", { resources: { custom: { licences: 1 } } }],
  ])("%s", async (_field, options) => {
    expect(await changed({}, options)).toMatchObject({ kept: false, count: 1 });
  });

  it("runtimeEnv", async () => {
    const worker: DeploymentOptions = { isolation: "worker", runtimeEnv: { env: { WHO: "one" } } };
    const other = { ...worker, runtimeEnv: { env: { WHO: "two" } } };
    const { kept, handle } = await changed(worker, other);
    expect([kept, await handle.variable("WHO")]).toEqual([false, "two"]);
  });

  it("code, where no version is given", async () => {
    const { version: _version, ...unversioned } = BASE;
    expect(await changed({}, {}, unversioned)).toMatchObject({ kept: false, count: 1 });
  });
});
