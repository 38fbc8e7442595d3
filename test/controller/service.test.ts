import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deploy } from "./simulated-events.ts";
import { type Ailment, REFUSED } from "./simulated-replica.ts";
import { Simulation } from "./simulation.ts";

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

/** What an operator does to one application; some of it can't succeed. */
type Change =
  | { readonly type: "deploy"; readonly given: Omit<Parameters<typeof deploy>[1], "app"> }
  | { readonly type: "scale"; readonly replicas: number }
  | { readonly type: "pass"; readonly ms: number };

const count = fc.integer({ min: 1, max: 4 });
const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    type: fc.constant("deploy" as const),
    given: fc.record({
      shape: fc.constantFrom(["Api"], ["Model", "Api"], ["Model", "Front"]),
      replicas: count,
      version: fc.integer({ min: 1, max: 4 }),
      ailment: fc.constantFrom<Ailment>("none", "none", "never starts"),
      userConfig: fc.constantFrom("a", "b", REFUSED),
      wave: fc.constantFrom(0.2, 0.5, 1),
    }),
  }),
  fc.record({ type: fc.constant("scale" as const), replicas: count }),
  fc.record({ type: fc.constant("pass" as const), ms: fc.constantFrom(0, 10, 50, 500, 5_000) }),
);

function serving({ controller }: Simulation, key: string): number {
  let ids = 0;
  const unwatch = controller.replicaSets.watch(key, ({ added }) => {
    ids = added.length;
  });
  unwatch();
  return ids;
}

describe("a controller whose replicas do not die", () => {
  it("serves with as many as are wanted at the least, whatever is deployed, scaled or rolled back", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(changes, { maxLength: 20 }), async (sequence) => {
        const simulation = new Simulation();
        const { controller } = simulation;
        deploy(simulation, { app: "app", replicas: 4 });
        await simulation.pass(1_000, 100);
        // The least that was ever wanted: which change counts at a moment is for the controller to know.
        let least = 4;
        const check = () => {
          const [route] = controller.routes;
          expect(serving(simulation, route?.key ?? "")).toBeGreaterThanOrEqual(least);
        };
        for (const change of sequence) {
          if (change.type === "deploy") {
            least = Math.min(least, change.given.replicas ?? 1);
            deploy(simulation, { app: "app", ...change.given });
          } else if (change.type === "scale") {
            least = Math.min(least, change.replicas);
            const ingress = controller.get("app")?.target.ingress ?? "";
            controller.scaling("app", ingress, change.replicas).apply();
          } else await simulation.pass(change.ms, 5, check);
          check();
        }
        await simulation.pass(60_000, 100, check);
        expect(controller.get("app")?.outcome).not.toBe("under way");
      }),
      { numRuns: Number(process.env["RUNS"] ?? 40) },
    );
  }, 300_000);
});
