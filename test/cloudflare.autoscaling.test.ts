import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ControlledWorker } from "./workerd/controlled-worker.ts";

const worker = new ControlledWorker("controller.wrangler.json");

beforeAll(() => worker.listen(), 60_000);
afterAll(() => worker.close());

const autoscaling = {
  minReplicas: 0,
  maxReplicas: 3,
  targetOngoingRequests: 1,
  upscaleDelayMs: 50,
  downscaleDelayMs: 500,
  lookBackMs: 1_000,
};

const counts = (count: number) =>
  expect
    .poll(() => worker.replicaIds("Counter"), { timeout: 15_000, interval: 50 })
    .toHaveLength(count);

/** Requests of several clients, half a second each, through two isolates, while something else is done. Returns their statuses. */
async function loaded(clients: number, meanwhile: () => Promise<void>) {
  let going = true;
  const statuses: number[] = [];
  const running = Array.from({ length: clients }, async (_, client) => {
    while (going) {
      const response = await worker.fetch("/?ms=500", client % 2 === 0 ? "" : "other");
      statuses.push(response.status);
      await response.text();
    }
  });
  try {
    await meanwhile();
  } finally {
    going = false;
    await Promise.all(running);
  }
  return new Set(statuses);
}

beforeEach(async () => {
  await worker.put("default", {
    importPath: "#default",
    deployments: [{ name: "Counter", autoscaling }],
  });
  await counts(0);
}, 30_000);

describe("replicas in objects", () => {
  it("come with the first request, which waits for them, and go again", async () => {
    expect((await worker.ask()).replica).toMatch(/^default\/Counter#/);
    expect(await worker.replicaIds("Counter")).toHaveLength(1);
    await counts(0);
  }, 40_000);

  it("come and go with what all isolates report, and no request is lost", async () => {
    const statuses = await loaded(6, async () => {
      await counts(3);
      const status = await worker.deployment("Counter");
      expect(status?.message).toMatch(/autoscaling: .* wanted for 1 a replica/);
    });
    expect(statuses).toEqual(new Set([200]));
    await counts(0);
  }, 60_000);

  it("are as many as there are under a controller that was evicted", async () => {
    const statuses = await loaded(6, async () => {
      await counts(3);
      const before = await worker.replicaIds("Counter");
      await worker.evictController();
      expect((await worker.replicaIds("Counter")).sort()).toEqual(before.sort());
    });
    expect(statuses).toEqual(new Set([200]));
    await counts(0);
  }, 60_000);
});

it("an inline deployment comes from none in the isolate that is asked", async () => {
  await worker.put("default", {
    importPath: "#default",
    deployments: [{ name: "Front", autoscaling: { minReplicas: 0, maxReplicas: 2 } }],
  });
  await worker.settled();
  expect((await worker.ask("a fresh one")).count).toBeGreaterThan(0);
  expect((await worker.ask("another")).count).toBeGreaterThan(0);
}, 30_000);
