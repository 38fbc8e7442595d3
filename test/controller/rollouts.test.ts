import { afterEach, describe, expect, it } from "vitest";
import { manualClock, memory } from "../../adapters/memory/testing.ts";
import { createServe, deployment, type Handle } from "../../src/index.ts";

class Old {
  version() {
    return "old";
  }
}
class New {
  version() {
    return "new";
  }
}
class Broken {
  version(): string {
    throw new Error("it can't");
  }
}

const HOLD_MS = 60_000;
const options = {
  name: "Model",
  numReplicas: 2,
  rollout: { steps: [0.1, 0.5, 1], holdMs: HOLD_MS, abortIf: { errorRate: 0.2, minRequests: 10 } },
};
const application = (target: typeof Old | typeof New | typeof Broken) =>
  deployment(target, options).bind();

/** What was promised by now is done; the clock stands still. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

function host() {
  const clock = manualClock(1_000_000);
  const serve = createServe(memory({ clock }));
  const update = (target: typeof New | typeof Broken) => {
    const updated = serve.run(application(target) as never);
    updated.catch(() => {});
    return updated;
  };
  return {
    serve,
    update,
    call: async (times: number) => {
      const handle = serve.handle("default") as Handle<Old>;
      const answers: string[] = [];
      for (let made = 0; made < times; made += 1) {
        answers.push(await handle.version().catch(() => "failed"));
      }
      return answers;
    },
    /** Lets time pass, a second at a time. */
    wait: async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 1_000) {
        clock.advance(1_000);
        await turn();
      }
    },
    message: () => serve.status().applications["default"]?.deployments["Model"]?.message,
    share: async (times: number, of: string, answers: Promise<string[]>) =>
      (await answers).filter((answer) => answer === of).length / times,
  };
}

/** Five standard deviations of 400 calls: not once in a million runs more. */
const near = (expected: number, share: number) =>
  Math.abs(share - expected) < 5 * Math.sqrt((expected * (1 - expected)) / 400);

const hosts: ReturnType<typeof host>[] = [];
const started = () => {
  const made = host();
  hosts.push(made);
  return made;
};
afterEach(async () => {
  await Promise.all(hosts.splice(0).map(({ serve }) => serve.shutdown()));
});

describe("a rollout", () => {
  it("moves traffic step by step, to the end", async () => {
    const { serve, update, call, wait, message, share } = started();
    await serve.run(application(Old));
    const updated = update(New);
    await turn();
    expect(message()).toContain("step 1 of 3 (10 % of the traffic)");
    expect(near(0.1, await share(400, "new", call(400)))).toBe(true);
    await wait(HOLD_MS + 1_000);
    expect(message()).toContain("step 2 of 3 (50 % of the traffic)");
    expect(near(0.5, await share(400, "new", call(400)))).toBe(true);
    await wait(HOLD_MS + 2_000);
    await updated;
    expect(new Set(await call(40))).toEqual(new Set(["new"]));
    expect(serve.status().applications["default"]?.status).toBe("RUNNING");
  });

  it("goes back by itself when too many calls of the new version fail", async () => {
    const { serve, update, call, wait } = started();
    await serve.run(application(Old));
    const updated = update(Broken);
    await turn();
    await wait(2_000);
    // Nine in ten still go to the old version.
    expect(await call(300)).toContain("old");
    await wait(3_000);
    await expect(updated).rejects.toMatchObject({
      code: "DEPLOY_FAILED",
      message: expect.stringMatching(/the rollout was aborted: step 1 of 3 .* calls failed/),
    });
    expect(new Set(await call(40))).toEqual(new Set(["old"]));
  });

  it("is not for a first version, nor for settings", async () => {
    const { serve, message } = started();
    await serve.run(application(Old));
    expect(message()).toBe("2 of 2 replicas run");
  });
});
