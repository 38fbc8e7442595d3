import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deploy } from "./simulated-events.ts";
import { Simulation } from "./simulation.ts";

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

/** A host of 4 cpus: `x` has all of them, `y` waits for one. */
async function fullHost() {
  const simulation = new Simulation();
  deploy(simulation, { app: "x", replicas: 2, cpus: 2 });
  await simulation.pass(1_000, 100);
  deploy(simulation, { app: "y", replicas: 1, cpus: 1 });
  await simulation.pass(1_000, 100);
  const status = (app: string) => {
    const { status, message } = simulation.controller.applications[app]?.deployments["Api"] ?? {};
    return `${status}: ${message}`;
  };
  return { simulation, status };
}

const WAITS = "UPDATING: 0 of 1 replicas run; waiting for 1 cpus, 0 free";

describe("a host that is full", () => {
  it("lets what comes later wait, and says for what", async () => {
    const { status } = await fullHost();
    expect(status("x")).toBe("HEALTHY: 2 of 2 replicas run");
    expect(status("y")).toBe(WAITS);
  });

  it("updates what runs there, stopping old replicas first, and says so", async () => {
    const { simulation, status } = await fullHost();
    deploy(simulation, { app: "x", replicas: 2, cpus: 2, version: 2 });
    const seen = new Set<string>();
    await simulation.pass(5_000, 5, () => seen.add(status("x")));
    expect([...seen].join()).toContain(
      "UPDATING: 0 of 2 replicas are of the new version; old replicas stop before new ones start, for there is no room for both; waiting for 2 cpus, 0 free",
    );
    expect([status("x"), status("y")]).toEqual(["HEALTHY: 2 of 2 replicas run", WAITS]);
  });

  it("gives the place of a replica that died to its own deployment", async () => {
    const { simulation, status } = await fullHost();
    simulation.alive[0]?.die();
    await simulation.pass(5_000, 100);
    expect([status("x"), status("y")]).toEqual(["HEALTHY: 2 of 2 replicas run", WAITS]);
  });

  it("starts what waits once there is room", async () => {
    const { simulation, status } = await fullHost();
    deploy(simulation, { app: "x", replicas: 1, cpus: 2 });
    await simulation.pass(5_000, 100);
    expect(status("y")).toBe("HEALTHY: 1 of 1 replicas run");
  });

  it("refuses what it can never run", async () => {
    const { simulation } = await fullHost();
    expect(() => deploy(simulation, { app: "z", replicas: 5, cpus: 1 })).toThrow(
      "deployment(Api): option resources: 5 replicas need 5 cpus, 4 free in all",
    );
  });
});
