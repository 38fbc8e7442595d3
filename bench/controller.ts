import { createServe, deployment, manualClock, memory } from "./isoserve.ts";
import { interleave } from "./measure.ts";
import type { Suite } from "./suite.ts";
import { compare } from "./table.ts";

const REPLICAS = 20;
const IDLE_TICKS = 1000;
const DEATHS = 20;

class Idle {
  run(): void {}

  checkHealth(): void {}
}

/** Calls all the others, which is what makes them one application. */
class Root extends Idle {
  readonly below: readonly unknown[];

  constructor(below: readonly unknown[]) {
    super();
    this.below = below;
  }
}

/** What the controller costs with many replicas: it must depend on what happens, not on how much there is. */
export const controllerSuite: Suite = {
  name: "controller",
  async run({ rounds }) {
    const ours = "10,000 replicas";
    const other = "1,000 replicas";
    const samples = await interleave(rounds, {
      [ours]: () => fleet(500),
      [other]: () => fleet(50),
    });
    type Figure = "deployMs" | "idleTickMs" | "checksMs" | "deathMs";
    const row = (name: string, figure: Figure, below: number) =>
      compare(samples, { name, unit: "ms", figure, ours, other, target: { below } });
    return [
      row("10,000 replicas: deploying them", "deployMs", 2000),
      row("10,000 replicas: an idle tick, checks scheduled", "idleTickMs", 1),
      row("10,000 replicas: the checks of 10 s", "checksMs", 1000),
      row("10,000 replicas: one dies, with its tick", "deathMs", 5),
    ];
  },
};

/** Deployments of 20 replicas, ten to an application, in memory on a clock that stands still. */
async function fleet(deployments: number) {
  const clock = manualClock(Date.now());
  const platform = memory({ clock });
  const connections: { stop(): Promise<void> }[] = [];
  const { start } = platform.spawner;
  const spawner = {
    ...platform.spawner,
    start: async (...what: Parameters<typeof start>) => {
      const connection = await start(...what);
      connections.push(connection);
      return connection;
    },
  };
  const serve = createServe({ ...platform, spawner });
  const idle = (name: string) => deployment(Idle, { name, numReplicas: REPLICAS });
  const applications = Array.from({ length: deployments / 10 }, (_, index) => {
    const below = Array.from({ length: 9 }, (_, leaf) => idle(`Leaf${leaf}`).bind());
    const app = deployment(Root, { numReplicas: REPLICAS }).bind(below);
    return () => serve.run(app, { name: `app${index}`, routePrefix: `/app${index}` });
  });
  const deployMs = await timed(() => Promise.all(applications.map((run) => run())));
  const idleMs = await timed(async () => {
    for (let tick = 0; tick < IDLE_TICKS; tick += 1) serve.controller.tick();
  });
  const checksMs = await timed(async () => {
    // Period and jitter: each replica is checked once at least.
    for (let second = 0; second < 11; second += 1) {
      clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  const { error } = console;
  console.error = () => {};
  let deathsMs = 0;
  for (const connection of connections.slice(0, DEATHS)) {
    deathsMs += await timed(async () => {
      await connection.stop();
      serve.controller.tick();
    });
  }
  console.error = error;
  await serve.shutdown();
  return { deployMs, idleTickMs: idleMs / IDLE_TICKS, checksMs, deathMs: deathsMs / DEATHS };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
