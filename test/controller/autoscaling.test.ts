import { afterEach, describe, expect, it, vi } from "vitest";
import type { MemoryOptions } from "../../adapters/memory/index.ts";
import { type ManualClock, manualClock, memory } from "../../adapters/memory/testing.ts";
import {
  type AutoscalingContext,
  type AutoscalingOptions,
  createServe,
  deployment,
  type Handle,
} from "../../src/index.ts";
import { memoryStore } from "../../src/memory-store.ts";
import type { StateStore } from "../../src/state-store.ts";

const settle = () => new Promise((resolve) => setImmediate(resolve));
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  vi.restoreAllMocks();
});

/** Its calls last until they are let go. */
class Model {
  static letGo: (() => void)[] = [];
  static slowToStart: Promise<void> | undefined;

  async init(): Promise<void> {
    await Model.slowToStart;
  }

  async work(): Promise<void> {
    await new Promise<void>((resolve) => Model.letGo.push(resolve));
  }
}

class Front {
  readonly #model: Handle<Model>;
  constructor(model: Handle<Model>) {
    this.#model = model;
  }
  async work(): Promise<void> {
    await this.#model.work();
  }
  /** Without a call of the model. */
  async wait(): Promise<void> {
    await new Promise<void>((resolve) => Model.letGo.push(resolve));
  }
}

const letGo = () => {
  for (const end of Model.letGo.splice(0)) end();
};

function host(options: MemoryOptions = {}) {
  const clock: ManualClock = manualClock(1_000_000);
  const serve = createServe(memory({ clock, ...options }));
  ends.push(async () => {
    letGo();
    await serve.shutdown();
  });
  const status = (name = "Model") => {
    const found = serve.status().applications["app"]?.deployments[name];
    if (!found) throw new Error(`no deployment ${name} runs`);
    return found;
  };
  return {
    clock,
    serve,
    status,
    calls: (count: number, name = "Model") =>
      Array.from({ length: count }, () => serve.handle<Model>(`app/${name}`).work()),
    pass: async (ms: number) => {
      for (let left = ms; left > 0; left -= 50) {
        clock.advance(Math.min(left, 50));
        await settle();
      }
    },
  };
}

const model = (autoscaling: AutoscalingOptions = {}, others: object = {}) =>
  deployment(Model, { autoscaling, ...others });
const run = (serve: ReturnType<typeof host>["serve"], app: unknown, options = {}) =>
  serve.run(app as never, { name: "app", ...options });

describe("an autoscaled deployment", () => {
  it("costs nothing while nobody calls it", async () => {
    const { serve, pass, calls } = host();
    await run(serve, model({ minReplicas: 2 }).bind());
    await pass(1_000);
    expect(serve.controller.tick()).toBe(Number.POSITIVE_INFINITY);
    const [call] = calls(1);
    await settle();
    expect(serve.controller.tick()).toBeLessThanOrEqual(250);
    letGo();
    await call;
    await pass(11_000);
    expect(serve.controller.tick()).toBe(Number.POSITIVE_INFINITY);
  });

  it("is UPSCALING while its application goes on RUNNING", async () => {
    const { serve, pass, calls, status } = host();
    await run(serve, model().bind());
    const started = Promise.withResolvers<void>();
    Model.slowToStart = started.promise;
    const running = calls(4);
    await pass(13_000);
    expect(status()).toMatchObject({
      status: "UPSCALING",
      targetNumReplicas: 2,
      scalesItself: true,
    });
    expect(status().message).toMatch(/^1 of 2 replicas run; autoscaling: 4 calls .* 2 wanted/);
    expect(serve.status().applications["app"]).toMatchObject({ status: "RUNNING" });
    Model.slowToStart = undefined;
    started.resolve();
    await settle();
    expect(status()).toMatchObject({ status: "HEALTHY" });
    letGo();
    await Promise.all(running);
  });

  it("says what it has no room for, and starts that once it is freed", async () => {
    const { serve, pass, calls, status } = host({ resources: { custom: { gpuMemoryMb: 4_000 } } });
    const resources = { custom: { gpuMemoryMb: 1_500 } };
    await run(serve, model({ downscaleDelayMs: 600_000 }, { resources }).bind());
    await serve.run(deployment(Front, { resources }).bind(model().bind() as never) as never, {
      name: "other",
      routePrefix: "/other",
    });
    calls(6);
    await pass(10_000);
    expect(status()).toMatchObject({ status: "HEALTHY", targetNumReplicas: 1 });
    expect(status().message).toContain(
      "3 wanted for 2 a replica; no room for 2 more: 1500 gpuMemoryMb, 1000 free",
    );
    await serve.delete("other");
    await pass(5_000);
    expect(status()).toMatchObject({ status: "HEALTHY", targetNumReplicas: 2 });
  });

  it("has its bounds scaled by targetCapacity", async () => {
    const { serve, pass, status } = host();
    await run(serve, model({ minReplicas: 4, maxReplicas: 8 }).bind());
    expect(status().targetNumReplicas).toBe(4);
    serve.controller.targetCapacity = 50;
    await pass(100);
    // Fewer are wanted at once; fewer run once that has been so for the delay.
    expect(status().autoscaling).toMatchObject({ minReplicas: 2, maxReplicas: 4 });
    await pass(61_000);
    expect(status().targetNumReplicas).toBe(2);
    serve.controller.targetCapacity = undefined;
    await pass(100);
    expect(status().targetNumReplicas).toBe(4);
  });

  it("keeps its count when its options change, and starts no replica anew", async () => {
    const { serve, pass, calls, status } = host();
    const versioned = { version: "1" };
    await run(serve, model({}, versioned).bind());
    calls(6);
    await pass(10_000);
    const before = status().replicas.map(({ replicaId }) => replicaId);
    expect(before).toHaveLength(3);
    await run(serve, model({ maxReplicas: 5, targetOngoingRequests: 2 }, versioned).bind());
    expect(status().replicas.map(({ replicaId }) => replicaId)).toEqual(before);
    await run(serve, deployment(Model, { numReplicas: 4, version: "1" }).bind());
    expect(status().replicas).toHaveLength(4);
    expect(status()).not.toHaveProperty("autoscaling");
    letGo();
    await pass(100);
    await run(serve, model({ maxReplicas: 2 }, versioned).bind());
    expect(status().targetNumReplicas).toBe(2);
  });

  it("has the calls that were there before it was scaled for its load, too", async () => {
    const { serve, pass, calls, status } = host();
    await run(serve, deployment(Model, { version: "1" }).bind());
    calls(3);
    await pass(100);
    await run(serve, model({}, { version: "1" }).bind());
    await pass(4_000);
    expect(status().autoscaling?.ongoing).toBe(3);
    expect(status().targetNumReplicas).toBe(2);
  });

  it("is not limited by cores that a host does not tell, else it is", async () => {
    const { serve, status } = host({ resources: { cpus: 3 } });
    await run(serve, deployment(Model, { numReplicas: "auto" }).bind());
    expect(status().autoscaling).toMatchObject({ minReplicas: 1, maxReplicas: 3 });
    await run(serve, deployment(Model, { numReplicas: "auto", resources: { cpus: 0.5 } }).bind());
    expect(status().autoscaling).toMatchObject({ minReplicas: 1, maxReplicas: 6 });
    const other = host();
    await run(other.serve, deployment(Model, { numReplicas: "auto" }).bind());
    expect(other.status().autoscaling).toMatchObject({ minReplicas: 1, maxReplicas: 100 });
  });

  it("is counted: what is wanted, what there is, and each change with its reason", async () => {
    const { serve, pass, calls } = host();
    await run(serve, model({ minReplicas: 0 }).bind());
    calls(5);
    await settle();
    await pass(12_000);
    const series = (await serve.metrics()).flatMap((family) =>
      family.series.map(({ labels, value }) => [family.name, labels["reason"], value] as const),
    );
    const figure = (name: string, reason?: string) =>
      series.find((one) => one[0] === `isoserve_autoscaling_${name}` && one[1] === reason)?.[2];
    expect(figure("desired_replicas")).toBe(3);
    expect(figure("ongoing_calls")).toBeCloseTo(5, 1);
    expect(figure("target_ongoing_calls")).toBe(2);
    expect(figure("decisions", "waiting call")).toBe(1);
    expect(figure("decisions", "panic")).toBe(1);
  });
});

describe("an application's policy", () => {
  const app = () => deployment(Front, { autoscaling: {} }).bind(model().bind() as never);

  it("scales all its deployments together; those it leaves out keep their count", async () => {
    const { serve, pass, status } = host();
    const seen: Readonly<Record<string, AutoscalingContext>>[] = [];
    const autoscalingPolicy = (contexts: Readonly<Record<string, AutoscalingContext>>) => {
      seen.push(contexts);
      return { Model: 1 + (contexts["Front"]?.running ?? 0) };
    };
    await run(serve, app(), { autoscalingPolicy });
    expect(status().targetNumReplicas).toBe(1);
    for (let call = 0; call < 3; call += 1) void serve.handle<Front>("app/Front").wait();
    await pass(4_000);
    expect(status().targetNumReplicas).toBe(4);
    expect(status().message).toContain("4 wanted by its application's policy");
    expect(status("Front").targetNumReplicas).toBe(1);
    expect(Object.keys(seen.at(-1) ?? {}).sort()).toEqual(["Front", "Model"]);
  });

  it("that throws leaves all as it is", async () => {
    const { serve, pass, calls, status } = host();
    vi.spyOn(console, "error").mockImplementation(() => {});
    const autoscalingPolicy = () => {
      throw new TypeError("no plan");
    };
    await run(serve, app(), { autoscalingPolicy });
    const [call] = calls(1, "Front");
    await pass(4_000);
    expect(status().message).toContain("the application's policy threw: no plan; its count stays");
    expect(status().targetNumReplicas).toBe(1);
    letGo();
    await call;
  });

  it("must be a function", async () => {
    const { serve } = host();
    await expect(run(serve, app(), { autoscalingPolicy: "byHand" })).rejects.toThrow(
      "serve.run: option autoscalingPolicy must be a function (contexts) => counts by deployment",
    );
  });

  it("is named by a configuration as an application is", async () => {
    const exports = { app: app(), three: () => ({ Model: 3 }), none: 3 };
    const { serve, pass, status } = host({ exports });
    const config = { name: "app", routePrefix: "/", importPath: "#app" };
    await serve.declarations.put({ ...config, autoscalingPolicy: "#three" }, undefined);
    await pass(4_000);
    expect(status().targetNumReplicas).toBe(3);
    await expect(
      serve.declarations.put({ ...config, autoscalingPolicy: "#none" }, undefined),
    ).rejects.toThrow(/autoscalingPolicy can't be loaded: "#none" names no function; export one/);
  });
});

describe("another program", () => {
  const exports = { app: model({ external: true, maxReplicas: 5 }).bind() };
  const config = { name: "app", routePrefix: "/", importPath: "#app" };
  const started = (store: StateStore) => host({ store, exports });

  it("scales what is given to it, and that outlives the host", async () => {
    const store = memoryStore();
    const { serve, pass, status } = started(store);
    await serve.declarations.put(config, undefined);
    await pass(100);
    await serve.scale("app", 4);
    expect(status()).toMatchObject({ status: "HEALTHY", targetNumReplicas: 4 });
    expect(status().message).toContain("autoscaling: by another program, from 1 to 5");
    const next = started(store);
    await next.serve.declarations.recover();
    await next.pass(100);
    expect(next.status().targetNumReplicas).toBe(4);
  });

  it("is refused what is scaled by its load", async () => {
    const { serve } = host();
    await run(serve, model().bind());
    await expect(serve.scale("app", 2)).rejects.toMatchObject({
      code: "INVALID_OPTION",
      message: expect.stringContaining("app/Model: it is scaled by its load; change its option"),
    });
  });
});
