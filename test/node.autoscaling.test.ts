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

it("an application's policy is found by the path that a configuration has", async () => {
  const importPath = new URL("./fixtures/in-step.ts", import.meta.url).href;
  const config = { name: "in-step", routePrefix: "/in-step", importPath };
  await serve.declarations.put({ ...config, autoscalingPolicy: `${importPath}#two` }, undefined);
  await until(() => {
    const model = serve.status().applications["in-step"]?.deployments["Model"];
    return model?.targetNumReplicas === 2 && model.status === "HEALTHY";
  });
  expect(serve.status().applications["in-step"]?.deployments["Model"]?.message).toContain(
    "2 wanted by its application's policy",
  );
  for (const [name, why] of [
    ["notOne", "names no function; export one"],
    ["none", "names no function; export one"],
  ]) {
    const wrong = { ...config, autoscalingPolicy: `${importPath}#${name}` };
    await expect(serve.declarations.put(wrong, undefined)).rejects.toMatchObject({
      code: "INVALID_CONFIG",
      message: expect.stringContaining(why as string),
    });
  }
  const missing = { ...config, autoscalingPolicy: "./no-such-file.ts#two" };
  await expect(serve.declarations.put(missing, undefined)).rejects.toThrow(
    "configuration: autoscalingPolicy can't be loaded: ./no-such-file.ts: no such file",
  );
}, 60_000);
