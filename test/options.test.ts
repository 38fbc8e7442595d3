import { describe, expect, it } from "vitest";
import { type DeploymentOptions, deployment, type RouterFunction } from "../src/index.ts";

class Model {
  reconfigure(): void {}
}

const make = (options: unknown) => () => deployment(Model, options as DeploymentOptions);

describe("options", () => {
  it("have defaults", () => {
    expect(deployment(Model).resolved).toEqual({
      name: "Model",
      numReplicas: 1,
      maxOngoingRequests: 16,
      maxQueuedRequests: -1,
      backpressure: {},
      requestTimeoutMs: undefined,
      router: "powerOfTwo",
      userConfig: undefined,
      version: undefined,
      rollingUpdateFraction: 0.2,
      rollout: undefined,
      isolation: undefined,
      runtimeEnv: undefined,
      resources: {},
      initTimeoutMs: 60_000,
      healthCheckPeriodMs: 10_000,
      healthCheckTimeoutMs: 30_000,
      terminateAfterCancelMs: undefined,
      gracefulShutdownTimeoutMs: 20_000,
      maxConstructorRetries: 20,
    });
  });

  it("take a router by its name, or one's own", () => {
    expect(deployment(Model, { router: "roundRobin" }).resolved.router).toBe("roundRobin");
    const own: RouterFunction = (_call, candidates) => candidates;
    expect(deployment(Model, { router: own }).resolved.router).toBe(own);
  });

  it("take environment variables", () => {
    const runtimeEnv = { env: { LOG_LEVEL: "debug", _: "" } };
    expect(deployment(Model, { runtimeEnv }).resolved.runtimeEnv).toEqual(runtimeEnv);
  });

  it("have one way to count replicas: the last that was given", () => {
    const auto = deployment(Model, { numReplicas: "auto" });
    expect(auto.resolved).toMatchObject({ numReplicas: "auto", autoscaling: {} });
    const policy = () => 2;
    const own = deployment(Model, { numReplicas: 3 }).options({ autoscaling: { policy } });
    expect(own.resolved).toMatchObject({ numReplicas: "auto", autoscaling: { policy } });
    const bounded = own.options({ autoscaling: { maxReplicas: 5 } });
    expect(bounded.resolved.autoscaling).toEqual({ policy, maxReplicas: 5 });
    expect(bounded.options({ numReplicas: "auto" }).resolved).toEqual(bounded.resolved);
    const fixed = bounded.options({ numReplicas: 2 }).resolved;
    expect([fixed.numReplicas, fixed.autoscaling]).toEqual([2, undefined]);
    expect(() => own.options({ numReplicas: 2, autoscaling: {} })).toThrow(
      "got 2; autoscaling.min",
    );
  });

  it("may be undefined, which means not given", () => {
    const { resolved } = make({ numReplicas: undefined, name: undefined })();
    expect(resolved).toMatchObject({ numReplicas: 1, name: "Model" });
  });

  it.each([
    [{ numReplicas: 0 }, "option numReplicas must be a whole number of at least 1, got 0"],
    [
      { numReplicas: 1.5 },
      'option numReplicas must be a whole number of at least 1, or "auto", got 1.5',
    ],
    [
      { numReplicas: "2" },
      'option numReplicas must be a whole number of at least 1, or "auto", got "2"',
    ],
    [{ maxOngoingRequests: -1 }, "option maxOngoingRequests must be a whole number of at least 1"],
    [{ router: "random" }, 'option router must be "powerOfTwo", "leastLoaded", "roundRobin", '],
    [{ router: ["powerOfTwo"] }, "or a function (call, candidates) => candidates, got ["],
    [{ maxQueuedRequests: -2 }, "option maxQueuedRequests must be -1 (no bound) or a whole number"],
    [{ userConfig: { on: new Date(0) } }, "option userConfig must be JSON"],
    [{ userConfig: () => {} }, "option userConfig must be JSON: no functions, dates or class"],
    [{ isolation: "thread" }, 'option isolation must be "inline" or "worker", got "thread"'],
    [{ isolation: "process" }, '"process" is not supported by this version of isoserve'],
    [{ initTimeoutMs: 0 }, "option initTimeoutMs must be a number of milliseconds over 0, got 0"],
    [{ gracefulShutdownTimeoutMs: "1s" }, "option gracefulShutdownTimeoutMs must be a number"],
    [{ maxConstructorRetries: 0 }, "option maxConstructorRetries must be a whole number"],
    [{ runtimeEnv: 1 }, "option runtimeEnv must be an object with env: { NAME: value }, got 1"],
    [{ runtimeEnv: { vars: {} } }, "option runtimeEnv must be an object with env"],
    [{ runtimeEnv: { env: [] } }, "option runtimeEnv.env must be an object of strings"],
    [{ runtimeEnv: { env: { "A-B": "1" } } }, "option runtimeEnv.env.A-B must have a name of"],
    [{ runtimeEnv: { env: { A: 1 } } }, "option runtimeEnv.env.A must be a string, as environ"],
    [
      { runtimeEnv: { dependencies: {} } },
      "option runtimeEnv.dependencies is not supported by this version",
    ],
    [
      { resources: 1 },
      "option resources must be an object of amounts: cpus, gpus, memoryMb, custom",
    ],
    [{ resources: { gpus: -1 } }, "option resources.gpus must be a number of at least 0, got -1"],
    [{ resources: { custom: { tpu: "1" } } }, "option resources.custom.tpu must be a number"],
    [{ resources: { threads: 2 } }, "option resources.threads is not supported by this version"],
    [
      { healthCheckPeriodMs: 0 },
      "option healthCheckPeriodMs must be a number of milliseconds over",
    ],
    [{ healthCheckTimeoutMs: -1 }, "option healthCheckTimeoutMs must be a number of milliseconds"],
    [{ version: 2 }, "option version must be a string, got 2"],
    [{ backpressure: { status: 500 } }, "option backpressure.status must be 503 or 429, got 500"],
    [{ backpressure: { retryAfterSeconds: 0 } }, "option backpressure.retryAfterSeconds must be a"],
    [{ autoscaling: 1 }, "option autoscaling must be an object, as in { minReplicas: 1,"],
    [{ autoscaling: { minReplicas: -1 } }, "option autoscaling.minReplicas must be a whole number"],
    [
      { autoscaling: { minReplicas: 3, maxReplicas: 2 } },
      "option autoscaling.maxReplicas must be at least minReplicas: raise it or lower minReplicas, got 2",
    ],
    [
      { autoscaling: { initialReplicas: 0 } },
      "option autoscaling.initialReplicas must be at least minReplicas",
    ],
    [
      { autoscaling: { initialReplicas: 3, maxReplicas: 2 } },
      "option autoscaling.maxReplicas must be at least initialReplicas",
    ],
    [
      { autoscaling: { targetOngoingRequests: 0 } },
      "option autoscaling.targetOngoingRequests must be a number over 0, got 0",
    ],
    [
      { autoscaling: { upscaleDelayMs: -1 } },
      "option autoscaling.upscaleDelayMs must be a number of milliseconds, 0 for none, got -1",
    ],
    [
      { autoscaling: { max_replica: 2 } },
      "option autoscaling has no field max_replica, did you mean maxReplicas?",
    ],
    [{ autoscaling: { policy: "mine" } }, "option autoscaling.policy must be a function (context)"],
    [
      { autoscaling: { policy: () => 1, external: true } },
      "option autoscaling.policy must not be given with external",
    ],
    [
      { autoscaling: {}, numReplicas: 2 },
      'option numReplicas must be "auto" or left out where autoscaling is given, got 2',
    ],
    [{ rollout: 1 }, "option rollout must be an object with steps, holdMs and abortIf, got 1"],
    [
      { rollout: { steps: [1, 0.5], holdMs: 1 } },
      "option rollout.steps must be growing shares over 0",
    ],
    [{ rollout: { steps: [0.5], holdMs: 1 } }, "the last of them 1"],
    [
      { rollout: { steps: [1], holdMs: 0 } },
      "option rollout.holdMs must be a number of milliseconds",
    ],
    [
      { rollout: { steps: [1], holdMs: 1, abortIf: { errorRate: 2 } } },
      "option rollout.abortIf.errorRate must be a number from 0 to 1",
    ],
    [{ rollingUpdateFraction: 0 }, "option rollingUpdateFraction must be a number over 0"],
    [
      { rollingUpdateFraction: 1.1 },
      "option rollingUpdateFraction must be a number over 0 and up to 1",
    ],
    [{ requestTimeoutMs: 0 }, "option requestTimeoutMs must be a number of milliseconds over 0"],
    [{ name: "2 words" }, "option name must start with a letter"],
    [{ name: "a/b" }, "option name must start with a letter"],
    [{ logging: { level: "loud" } }, 'option logging.level must be "debug", "info"'],
    [{ logging: "debug" }, "option logging must be an object with level, format, accessLog"],
    [{ replicas: 2 }, "unknown option replicas; options are name, numReplicas"],
    [{ num_replicas: 2 }, "unknown option num_replicas, did you mean numReplicas?"],
    [{ maxongoingrequests: 2 }, "did you mean maxOngoingRequests?"],
  ])("%j is refused", (options, message) => {
    expect(make(options)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    expect(make(options)).toThrow(message);
  });

  it("are all named in one error", () => {
    expect(make({ numReplicas: 0, initTimeoutMs: -1, nope: 1 })).toThrow(
      /deployment\(Model\): .*numReplicas.*initTimeoutMs.*nope/,
    );
  });

  it.each([[null], ["text"], [[]]])("%j is no object of options", (options) => {
    expect(make(options)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });

  it("are checked again when they are changed", () => {
    const model = deployment(Model, { numReplicas: 2 });
    expect(model.options({ maxOngoingRequests: 1 }).resolved).toMatchObject({
      numReplicas: 2,
      maxOngoingRequests: 1,
    });
    expect(model.resolved.maxOngoingRequests).toBe(16);
    expect(() => model.options({ numReplicas: -1 })).toThrow("numReplicas");
  });

  it("can't be changed in place", () => {
    expect(Object.isFrozen(deployment(Model))).toBe(true);
    expect(Object.isFrozen(deployment(Model).resolved)).toBe(true);
  });
});

describe("deployment", () => {
  it.each([[7], ["text"], [null], [{}]])("of %j is refused", (target) => {
    expect(() => deployment(target as never)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  });

  it("asks for a name where the target has none", () => {
    expect(() => deployment({ fetch: () => new Response() })).toThrow("give one: deployment(");
    expect(() => deployment(() => 1)).toThrow("give one");
  });

  it("refuses userConfig for what is no class", () => {
    expect(() => deployment(function f() {}, { userConfig: {} })).toThrow("needs a class");
  });
});
