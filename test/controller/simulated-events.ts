import fc from "fast-check";
import { applicationGraph } from "../../src/application-graph.ts";
import { deployment } from "../../src/deployment.ts";
import { ServeError } from "../../src/errors.ts";
import { type Ailment, type Condition, REFUSED, type SimulatedCode } from "./simulated-replica.ts";
import type { Fate, Simulation } from "./simulation.ts";

/** One thing that happens to a simulation: what an operator does, what fails, or time that passes. */
export type Event =
  | ({ readonly type: "deploy" } & Deploy)
  | { readonly type: "scale"; readonly app: string; readonly replicas: number }
  | { readonly type: "load"; readonly app: string; readonly calls: number }
  | { readonly type: "capacity"; readonly percent: number | undefined }
  | { readonly type: "delete"; readonly app: string }
  | { readonly type: "fates"; readonly fates: Fate[] }
  | { readonly type: "die"; readonly which: number }
  | { readonly type: "condition"; readonly which: number; readonly condition: Condition }
  | { readonly type: "slow"; readonly what: Slow; readonly which: number; readonly ms: number }
  | { readonly type: "pass"; readonly ms: number };

type Slow = "drainMs" | "reconfigureMs";

interface Deploy {
  readonly app: string;
  /** Names of its deployments, the callees first; the last is its ingress. */
  readonly shape: readonly string[];
  readonly replicas: number;
  readonly version: number;
  readonly ailment: Ailment;
  readonly cpus: number;
  readonly userConfig: string;
  readonly wave: number;
  /** Has it up to twice as many as its replicas, by its load? */
  readonly scaled: boolean;
}

const app = fc.constantFrom("x", "y");
const which = fc.nat(20);

const deploys: fc.Arbitrary<Event> = fc.record({
  type: fc.constant("deploy" as const),
  app,
  shape: fc.constantFrom(["Api"], ["Model", "Api"], ["Model", "Front"]),
  replicas: fc.integer({ min: 1, max: 3 }),
  version: fc.integer({ min: 1, max: 3 }),
  ailment: fc.oneof(
    { weight: 4, arbitrary: fc.constant<Ailment>("none") },
    {
      weight: 2,
      arbitrary: fc.constantFrom<Ailment>(
        "never starts",
        "starts once",
        "dies young",
        "falls sick",
      ),
    },
  ),
  cpus: fc.constantFrom(0, 0, 0.5, 1, 2),
  userConfig: fc.constantFrom("a", "b", "c", REFUSED),
  wave: fc.constantFrom(0.2, 0.5, 1),
  scaled: fc.boolean(),
});

const faults: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    type: fc.constant("fates" as const),
    fates: fc.array(fc.constantFrom<Fate>("runs", "fails", "hangs", "slow", "dies"), {
      maxLength: 12,
    }),
  }),
  fc.record({ type: fc.constant("die" as const), which }),
  fc.record({
    type: fc.constant("condition" as const),
    which,
    condition: fc.constantFrom<Condition>("well", "sick", "mute", "blocked"),
  }),
  fc.record({
    type: fc.constant("slow" as const),
    what: fc.constantFrom<Slow>("drainMs", "reconfigureMs"),
    which,
    ms: fc.constantFrom(500, 1_500, Number.POSITIVE_INFINITY),
  }),
);

export const events: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: deploys },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("scale" as const),
      app,
      replicas: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("load" as const),
      app,
      calls: fc.constantFrom(0, 1, 3, 20),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("capacity" as const),
      percent: fc.constantFrom(undefined, 0, 50, 100),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("delete" as const), app }) },
  { weight: 6, arbitrary: faults },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant("pass" as const),
      ms: fc.constantFrom(0, 10, 250, 1_000, 6_000),
    }),
  },
);

/** Makes it happen. Returns what must settle one day: a deploy, a change of scale, a deletion. */
export async function happen(simulation: Simulation, event: Event, each: () => void) {
  const { controller, alive } = simulation;
  switch (event.type) {
    case "deploy":
      return attempt(() => {
        controller.deploy(event.app, sourceOf(event));
        return controller.settled(event.app);
      });
    case "scale":
      return attempt(() => {
        const { ingress = "none" } = controller.get(event.app)?.target ?? {};
        controller.scaling(event.app, ingress, event.replicas).apply();
        return controller.settled(event.app);
      });
    case "load":
      simulation.load(event.app, event.calls);
      return;
    case "capacity":
      controller.targetCapacity = event.percent;
      return;
    case "delete":
      return controller.delete(event.app);
    case "fates":
      simulation.fates = event.fates;
      return;
    case "pass":
      await simulation.pass(event.ms, 250, each);
      return;
  }
  const replica = alive[event.which % Math.max(alive.length, 1)];
  if (event.type === "die") replica?.die();
  else if (replica && event.type === "condition") replica.condition = event.condition;
  else if (replica && event.type === "slow") replica[event.what] = event.ms;
}

/** All faults end but what is wrong with a version for good. */
export function heal(simulation: Simulation): void {
  simulation.fates = [];
  for (const app of ["x", "y"]) simulation.load(app, 0);
  for (const replica of simulation.alive) {
    replica.condition = replica.code.ailment === "falls sick" ? "sick" : "well";
  }
}

/** Deploys an application of one healthy deployment, but for what is given. */
export function deploy(
  { controller }: Simulation,
  given: Partial<Deploy> & { readonly app: string },
): void {
  const one = {
    shape: ["Api"],
    replicas: 1,
    version: 1,
    cpus: 0,
    userConfig: "a",
    wave: 0.2,
    scaled: false,
  };
  controller.deploy(given.app, sourceOf({ ailment: "none", ...one, ...given }));
}

function attempt(work: () => Promise<void>): Promise<void> | undefined {
  try {
    return work();
  } catch (error) {
    // Refused at once: more than the host has, nothing to scale, or it is being deleted.
    if (!(error instanceof ServeError)) throw error;
    return undefined;
  }
}

class Simulated {
  readonly below: readonly unknown[];
  constructor(...below: readonly unknown[]) {
    this.below = below;
  }
  reconfigure(): void {}
}

function autoscalingOf(replicas: number) {
  return {
    minReplicas: replicas - 1,
    initialReplicas: replicas,
    maxReplicas: 2 * replicas,
    targetOngoingRequests: 1,
    upscaleDelayMs: 500,
    downscaleDelayMs: 3_000,
    lookBackMs: 2_000,
  };
}

function sourceOf({ shape, replicas, version, ailment, cpus, userConfig, wave, scaled }: Deploy) {
  const code: SimulatedCode = { name: `version ${version}, ${ailment}`, ailment, cpus };
  const options = {
    ...(scaled ? { autoscaling: autoscalingOf(replicas) } : { numReplicas: replicas }),
    userConfig,
    resources: { cpus },
    rollingUpdateFraction: wave,
    healthCheckPeriodMs: 1_000,
    healthCheckTimeoutMs: 1_500,
    initTimeoutMs: 3_000,
    gracefulShutdownTimeoutMs: 2_000,
  };
  const [first = "", ...rest] = shape;
  const leaf = deployment(Simulated, { ...options, name: first }).bind();
  const root = rest.reduce(
    (below, name) => deployment(Simulated, { ...options, name }).bind(below),
    leaf,
  );
  return { graph: applicationGraph(root), routePrefix: "/", code, codeVersion: code.name };
}
