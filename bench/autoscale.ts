import { deployment, serve } from "./isoserve.ts";
import type { Suite } from "./suite.ts";
import { compare, type Row } from "./table.ts";

const RATE = 200;
const SERVICE_MS = 20;
/** A replica runs one call at a time. */
const ENOUGH = (RATE * SERVICE_MS) / 1000;
const LOOK_MS = 5;

class Stepped {
  async work(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, SERVICE_MS));
  }
}

const scaled = (minReplicas: number) =>
  deployment(Stepped, {
    maxOngoingRequests: 1,
    autoscaling: { minReplicas, maxReplicas: 6, targetOngoingRequests: 1 },
  }).bind();

export const fromNone = scaled(0);
export const fromOne = scaled(1);

/** From no calls to 200 a second: how long worker threads take to come, and whether calls are lost meanwhile. */
export const autoscaleSuite: Suite = {
  name: "autoscale",
  async run({ rounds }): Promise<Row[]> {
    const ours = "from none";
    const other = "from one replica";
    const samples = { [ours]: [await step("fromNone")], [other]: [await step("fromOne")] };
    for (let round = 1; round < rounds; round += 1) {
      samples[ours].push(await step("fromNone"));
      samples[other].push(await step("fromOne"));
    }
    const row = { ours, other } as const;
    return [
      compare(samples, {
        ...row,
        name: `${RATE} calls/s from one moment to the next: until enough replicas run`,
        unit: "s",
        figure: "enoughS",
        target: { below: 5 },
      }),
      compare(samples, { ...row, name: "the longest call", unit: "s", figure: "longestS" }),
      compare(samples, {
        ...row,
        name: "calls answered, of 1",
        unit: "",
        figure: "answered",
        target: { atLeast: 1 },
      }),
    ];
  },
};

async function step(name: "fromNone" | "fromOne") {
  const application = name === "fromNone" ? fromNone : fromOne;
  const module = `${import.meta.url}#${name}`;
  const handle = await serve.run(application, { name: "step", routePrefix: "/step", module });
  const running = () => {
    const { replicas = [] } = serve.status().applications["step"]?.deployments["Stepped"] ?? {};
    return replicas.filter(({ state }) => state === "RUNNING").length;
  };
  const began = performance.now();
  const calls: Promise<void>[] = [];
  let [longestMs, lost, enoughMs] = [0, 0, 0];
  const call = async () => {
    const from = performance.now();
    try {
      await handle.work();
      longestMs = Math.max(longestMs, performance.now() - from);
    } catch {
      lost += 1;
    }
  };
  while (enoughMs === 0 || performance.now() - began < enoughMs + 1000) {
    const due = ((performance.now() - began) * RATE) / 1000;
    while (calls.length < due) calls.push(call());
    if (enoughMs === 0 && running() >= ENOUGH) enoughMs = performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  await Promise.all(calls);
  await serve.delete("step");
  return {
    enoughS: enoughMs / 1000,
    longestS: longestMs / 1000,
    answered: 1 - lost / calls.length,
  };
}
