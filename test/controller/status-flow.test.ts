import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deploy } from "./simulated-events.ts";
import { Simulation } from "./simulation.ts";

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

/** Watches a deployment from step to step. */
class Story {
  readonly simulation = new Simulation();
  #told: string[] = [];

  get status() {
    return this.simulation.controller.applications["app"]?.deployments["Api"];
  }

  deploy(given: Partial<Parameters<typeof deploy>[1]> = {}): void {
    deploy(this.simulation, { app: "app", ...given });
  }

  scale(numReplicas: number): void {
    this.simulation.controller.scaling("app", "Api", numReplicas).apply();
  }

  /** What its status says while time passes, repetitions left out. */
  async tell(ms = 1_000): Promise<string[]> {
    this.#told = [];
    await this.simulation.pass(ms, 5, () => {
      const { status, message } = this.status ?? {};
      const line = `${status}: ${message}`;
      if (this.#told.at(-1) !== line) this.#told.push(line);
    });
    return this.#told;
  }
}

describe("the status of a deployment", () => {
  it("goes from UPDATING to HEALTHY when it is deployed", async () => {
    const story = new Story();
    story.deploy({ replicas: 2 });
    expect(await story.tell()).toEqual([
      "UPDATING: 0 of 2 replicas run",
      "HEALTHY: 2 of 2 replicas run",
    ]);
  });

  it("is UPSCALING and DOWNSCALING while its count changes", async () => {
    const story = new Story();
    story.deploy();
    await story.tell();
    story.scale(2);
    expect(await story.tell()).toEqual([
      "UPSCALING: 1 of 2 replicas run",
      "HEALTHY: 2 of 2 replicas run",
    ]);
    for (const replica of story.simulation.alive) replica.drainMs = 100;
    story.scale(1);
    expect(await story.tell()).toEqual([
      "DOWNSCALING: 1 of 1 replicas run",
      "HEALTHY: 1 of 1 replicas run",
    ]);
  });

  it("is UNHEALTHY while what died is replaced", async () => {
    const story = new Story();
    story.deploy({ replicas: 2 });
    await story.tell();
    story.simulation.alive[0]?.die();
    expect(await story.tell()).toEqual([
      "UNHEALTHY: 1 of 2 replicas run; last failure: app/Api#1 died: it was told to die",
      "HEALTHY: 2 of 2 replicas run",
    ]);
  });

  it("is UPDATING while a new version takes over, replica by replica", async () => {
    const story = new Story();
    story.deploy({ replicas: 2 });
    await story.tell();
    story.deploy({ replicas: 2, version: 2 });
    expect(await story.tell()).toEqual([
      "UPDATING: 0 of 2 replicas are of the new version",
      "UPDATING: 1 of 2 replicas are of the new version",
      "UPDATING: 2 of 2 replicas are of the new version",
      "HEALTHY: 2 of 2 replicas run",
    ]);
  });

  it("is UPDATING while its settings change", async () => {
    const story = new Story();
    story.deploy({ userConfig: "a" });
    await story.tell();
    story.deploy({ userConfig: "b" });
    expect(await story.tell()).toEqual([
      "UPDATING: its settings change",
      "HEALTHY: 1 of 1 replicas run",
    ]);
  });

  it("is DEPLOY_FAILED after three tries a replica, with the error", async () => {
    const story = new Story();
    story.deploy({ ailment: "never starts" });
    expect((await story.tell()).at(-1)).toBe(
      "DEPLOY_FAILED: gave up after 3 failed starts; last failure: version 1, never starts does not start",
    );
    expect(story.simulation.controller.applications["app"]).toMatchObject({
      status: "DEPLOY_FAILED",
      message: expect.stringContaining("Api: gave up after 3 failed starts"),
    });
  });

  it("says what was rolled back, and is UNHEALTHY when that dies", async () => {
    const story = new Story();
    story.deploy();
    await story.tell();
    story.deploy({ version: 2, ailment: "never starts" });
    const rolledBack =
      "rolled back to the version before; 1 of 1 replicas run; last failure: version 2, never starts does not start";
    expect((await story.tell()).at(-1)).toBe(`HEALTHY: ${rolledBack}`);
    story.simulation.alive[0]?.die();
    expect((await story.tell())[0]).toMatch(/^UNHEALTHY: .*0 of 1 replicas run/);
  });

  it("has changed when it changed, not when somebody looked", async () => {
    const story = new Story();
    const { simulation } = story;
    story.deploy();
    await simulation.pass(60_000, 1_000);
    simulation.fates = ["slow"];
    simulation.alive[0]?.die();
    const died = simulation.clock.now();
    await simulation.pass(1_000, 1_000);
    expect(story.status).toMatchObject({ status: "UNHEALTHY", since: died });
    await simulation.pass(60_000, 1_000);
    expect(story.status).toMatchObject({ status: "HEALTHY", since: died + 2_000 });
  });
});

describe("what is told of replicas that died", () => {
  it("is the last ten, the newest first, with their reasons", async () => {
    const story = new Story();
    story.deploy({ replicas: 3 });
    await story.tell();
    for (let death = 0; death < 12; death += 1) {
      story.simulation.alive[0]?.die();
      await story.simulation.pass(10_000, 1_000);
    }
    const dead = story.status?.deadReplicas ?? [];
    expect(dead).toHaveLength(10);
    expect(dead.map(({ diedAt }) => diedAt)).toEqual(
      dead.map(({ diedAt }) => diedAt).toSorted((a, b) => b - a),
    );
    expect(dead[0]?.reason).toBe(`${dead[0]?.replicaId} died: it was told to die`);
  });

  it("has the stack of an error that kept one from starting", async () => {
    const story = new Story();
    story.deploy({ ailment: "never starts" });
    await story.tell();
    const [dead] = story.status?.deadReplicas ?? [];
    expect(dead).toMatchObject({ reason: "version 1, never starts does not start" });
    expect(dead?.stack).toMatch(/TypeError: .*\n\s+at /);
  });
});
