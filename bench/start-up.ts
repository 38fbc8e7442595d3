import { fork } from "node:child_process";
import { once } from "node:events";
import { interleave } from "./measure.ts";
import type { Suite } from "./suite.ts";
import { compare } from "./table.ts";

/** How long a replica takes to come, and the news of its end. Each time in a fresh process. */
export const startSuite: Suite = {
  name: "start",
  async run({ rounds }) {
    const other = "bare worker";
    const samples = await interleave(rounds, {
      isoserve: () => started("start-isoserve"),
      [other]: () => started("start-worker"),
    });
    const ours = "isoserve";
    return [
      compare(samples, {
        name: "serve.run to ready",
        unit: "ms",
        figure: "readyMs",
        ours,
        other,
        target: { below: 500 },
      }),
      compare(samples, {
        name: "death of a replica to REPLICA_DIED",
        unit: "ms",
        figure: "deathMs",
        ours,
        other,
        target: { below: 100 },
      }),
    ];
  },
};

async function started(name: string) {
  const child = fork(new URL(`./servers/${name}.ts`, import.meta.url));
  const failed = once(child, "exit").then(([code]) => {
    throw new Error(`bench/servers/${name}.ts ended with code ${code} and no answer`);
  });
  failed.catch(() => {});
  const [times] = await Promise.race([once(child, "message"), failed]);
  return times as { readyMs: number; deathMs: number };
}
