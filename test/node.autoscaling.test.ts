import { afterAll, expect, it } from "vitest";
import { node } from "../adapters/node/index.ts";
import { createServe } from "../src/index.ts";
import stepped from "./fixtures/stepped.ts";
import { until } from "./suite/until.ts";

const MODULE = new URL("./fixtures/stepped.ts", import.meta.url).href;
const serve = createServe(node());
afterAll(() => serve.shutdown());

const ENOUGH = 4;
const EVERY_MS = 5;

// `npm run bench -- --only autoscale` has the seconds.
it("worker threads come with 200 calls a second where there was none, and no call is lost", async () => {
  const handle = await serve.run(stepped, { module: MODULE });
  const status = () => serve.status().applications["default"]?.deployments["Stepped"];
  expect(status()?.targetNumReplicas).toBe(0);
  const calls: Promise<string>[] = [];
  const load = setInterval(() => calls.push(handle.work()), EVERY_MS);
  try {
    const running = () => status()?.replicas.filter(({ state }) => state === "RUNNING") ?? [];
    await until(() => running().length >= ENOUGH);
    // More than those that waited for the first replica.
    const before = calls.length;
    await until(() => calls.length >= before + 200);
  } finally {
    clearInterval(load);
  }
  const answers = await Promise.all(calls);
  expect(new Set(answers).size).toBeGreaterThanOrEqual(ENOUGH);
  expect(status()?.message).toMatch(/autoscaling: .* wanted for 1 a replica/);
}, 60_000);
