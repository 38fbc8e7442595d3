import { afterEach, describe, expect, it, vi } from "vitest";
import { manualClock, memory } from "../../adapters/memory/testing.ts";
import { applicationGraph } from "../../src/application-graph.ts";
import { ControlLoop } from "../../src/controller/control-loop.ts";
import { Controller } from "../../src/controller/controller.ts";
import { deployment } from "../../src/index.ts";
import type { DeploymentOptions } from "../../src/options.ts";
import type { ReplicaSpawner, Survivor } from "../../src/platform.ts";
import type { ReplicaSpec } from "../../src/replica/protocol.ts";
import { REFUSED, type SimulatedCode, SimulatedReplica } from "./simulated-replica.ts";

class Served {}

const CODE: SimulatedCode = { name: "one", ailment: "none", cpus: 0 };
const VERSION = JSON.stringify(["1", "inline", {}, undefined]);

/** A controller that finds replicas of `app/Served` running. */
class Recovery {
  readonly clock = manualClock(1_000_000);
  readonly started: SimulatedReplica[] = [];
  readonly controller: Controller<SimulatedCode, SimulatedReplica>;
  #survivors: Survivor<SimulatedReplica>[] = [];

  constructor() {
    const platform = memory({ clock: this.clock });
    const spawner: ReplicaSpawner<SimulatedCode, SimulatedReplica> = {
      capacity: platform.spawner.capacity,
      start: async (spec) => {
        const replica = new SimulatedReplica(spec, CODE, this.clock);
        this.started.push(replica);
        return replica;
      },
      survivors: () => ({ started: 7, running: this.#survivors }),
    };
    const loop = new ControlLoop(this.clock, () => this.controller.tick());
    this.controller = new Controller({ ...platform, spawner } as never, loop.wake, {
      routed: () => {},
      quiet: async () => {},
    });
  }

  survivor(index: number, change: Partial<Survivor<SimulatedReplica>> = {}): SimulatedReplica {
    const spec: ReplicaSpec = {
      replicaId: `app/Served#${index + 1}`,
      application: "app",
      deployment: "Served",
      index,
      maxOngoingRequests: 16,
      userConfig: undefined,
      metrics: false,
    };
    const connection = new SimulatedReplica(spec, CODE, this.clock);
    const settings = { maxOngoingRequests: 16, userConfig: undefined };
    this.#survivors.push({
      connection,
      index,
      version: VERSION,
      settings,
      draining: false,
      ...change,
    });
    return connection;
  }

  async deploy(options: DeploymentOptions): Promise<void> {
    const application = deployment(Served as never, { version: "1", ...options }).bind(
      ...([] as never),
    );
    const graph = applicationGraph(application as never);
    this.controller.deploy("app", {
      graph,
      routePrefix: "/",
      code: CODE,
      codeVersion: undefined,
    });
    await this.pass(0);
  }

  async pass(ms: number): Promise<void> {
    await settle();
    for (let left = ms; left > 0; left -= 5) {
      this.clock.advance(5);
      await settle();
    }
  }

  get status() {
    return this.controller.applications["app"]?.deployments["Served"];
  }

  get states(): Record<string, string> {
    const entries = this.status?.replicas.map(({ replicaId, state }) => [replicaId, state]) ?? [];
    return Object.fromEntries(entries);
  }

  /** Who may be called. */
  get serving(): string[] {
    const ids: string[] = [];
    const unwatch = this.controller.replicaSets.watch("app/Served", ({ added }) => {
      ids.push(...added.map(({ replicaId }) => replicaId));
    });
    unwatch();
    return ids;
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("replicas that outlived their controller", () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  afterEach(() => vi.mocked(console.error).mockClear());

  it("take calls while they recover, and run once they have answered", async () => {
    const recovery = new Recovery();
    const replica = recovery.survivor(0);
    replica.condition = "mute";
    await recovery.deploy({});
    expect(recovery.states).toEqual({ "app/Served#1": "RECOVERING" });
    expect(recovery.serving).toEqual(["app/Served#1"]);
    expect(recovery.status?.status).toBe("UPDATING");
  });

  it("run once they have answered, and are as many as are wanted", async () => {
    const recovery = new Recovery();
    recovery.survivor(0);
    recovery.survivor(1);
    await recovery.deploy({ numReplicas: 3 });
    await recovery.pass(20);
    expect(recovery.states).toEqual({
      "app/Served#1": "RUNNING",
      "app/Served#2": "RUNNING",
      "app/Served#8": "RUNNING",
    });
    expect(recovery.started.map(({ spec }) => spec.index)).toEqual([2]);
    expect(recovery.status?.status).toBe("HEALTHY");
  });

  it("are given the settings that have changed", async () => {
    const recovery = new Recovery();
    const replica = recovery.survivor(0);
    await recovery.deploy({ userConfig: { a: 1 }, maxOngoingRequests: 3 });
    await recovery.pass(20);
    expect(replica.settings).toEqual({ maxOngoingRequests: 3, userConfig: { a: 1 } });
    expect(recovery.states).toEqual({ "app/Served#1": "RUNNING" });
  });

  it("are replaced when they don't answer in time", async () => {
    const recovery = new Recovery();
    recovery.survivor(0).condition = "mute";
    await recovery.deploy({ healthCheckTimeoutMs: 1_000 });
    await recovery.pass(1_500);
    expect(recovery.states).toEqual({ "app/Served#8": "RUNNING" });
    expect(recovery.status?.deadReplicas[0]?.reason).toContain("did not answer within 1000 ms");
  });

  it("are replaced when they are sick", async () => {
    const recovery = new Recovery();
    recovery.survivor(0).condition = "sick";
    await recovery.deploy({});
    await recovery.pass(50);
    expect(recovery.states).toEqual({ "app/Served#8": "RUNNING" });
  });

  it("of another version serve until new ones run", async () => {
    const recovery = new Recovery();
    const old = recovery.survivor(0, { version: "another" });
    old.condition = "mute";
    await recovery.deploy({});
    expect(recovery.started).toHaveLength(1);
    old.condition = "well";
    expect(old.drains).toBe(0);
    await recovery.pass(50);
    expect(recovery.serving).toContain("app/Served#8");
  });

  it("of another version are not given settings that are not theirs, and leave", async () => {
    const recovery = new Recovery();
    const old = recovery.survivor(0, { version: "another" });
    await recovery.deploy({ userConfig: { b: 2 } });
    await recovery.pass(50);
    expect(old.settings.userConfig).toBeUndefined();
    expect(recovery.states).toEqual({ "app/Served#8": "RUNNING" });
    expect(old.drains).toBe(1);
  });

  it("go on draining, and take no calls", async () => {
    const recovery = new Recovery();
    const leaving = recovery.survivor(0, { draining: true });
    leaving.drainMs = 500;
    recovery.survivor(1);
    await recovery.deploy({});
    expect(recovery.serving).toEqual(["app/Served#2"]);
    expect(recovery.states["app/Served#1"]).toBe("STOPPING");
    await recovery.pass(600);
    expect(recovery.states).toEqual({ "app/Served#2": "RUNNING" });
    expect(leaving.gone).toBe(true);
  });

  it("that die while they recover are replaced", async () => {
    const recovery = new Recovery();
    const replica = recovery.survivor(0);
    replica.condition = "mute";
    await recovery.deploy({});
    replica.die();
    await recovery.pass(50);
    expect(recovery.states).toEqual({ "app/Served#8": "RUNNING" });
  });

  it("that refuse their settings are replaced by ones that are tried with them", async () => {
    const recovery = new Recovery();
    recovery.survivor(0);
    await recovery.deploy({ userConfig: REFUSED });
    await recovery.pass(50);
    expect(recovery.states["app/Served#1"]).toBeUndefined();
    expect(recovery.status?.deadReplicas.at(-1)?.reason).toContain("no such setting");
  });

  it("that are too many are stopped", async () => {
    const recovery = new Recovery();
    for (const index of [0, 1, 2]) recovery.survivor(index);
    await recovery.deploy({ numReplicas: 1 });
    await recovery.pass(50);
    expect(recovery.states).toEqual({ "app/Served#1": "RUNNING" });
  });
});
