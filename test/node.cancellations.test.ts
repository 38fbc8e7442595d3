import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, expect, it } from "vitest";
import { node } from "../adapters/node/index.ts";
import { createServe, type DeploymentResponse } from "../src/index.ts";
import app, { type Leaf } from "./fixtures/storm.ts";

/** `npm run soak` makes as many as a busy day. */
const [CALLS, ROUNDS] = process.env["ISOSERVE_SOAK"] ? [10_000, 10] : [1_000, 3];
const AT_ONCE = 100;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const serve = createServe(node());
afterAll(() => serve.shutdown());

/** Calls that are cancelled wherever they happen to be: queued, running, in a child, in a stream. */
async function storm(make: readonly (() => DeploymentResponse<unknown, unknown>)[]) {
  let made = 0;
  const one = async () => {
    while (made < CALLS) {
      made += 1;
      const call = (make[made % make.length] as (typeof make)[number])();
      const read = (async () => {
        for await (const _ of call);
      })();
      // A random moment is what this is about.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
      call.cancel("the client left");
      await read.catch(() => {});
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

it(
  `of ${CALLS} calls that are cancelled at random nothing is left, ${ROUNDS} times over`,
  async () => {
    const root = await serve.run(app, {
      module: new URL("./fixtures/storm.ts", import.meta.url),
    });
    const leaf = serve.handle<Leaf>("default/Leaf");
    const make = [() => leaf.work(), () => leaf.steps(), () => root.work(), () => root.steps()];
    const heaps: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await storm(make as never);
      const running = async () => [
        await root.running(),
        // Enough to ask both replicas.
        ...(await Promise.all(Array.from({ length: 4 }, () => leaf.running()))),
      ];
      await expect.poll(running, { timeout: 1_000 }).toEqual([0, 0, 0, 0, 0]);
      collectGarbage();
      heaps.push(process.memoryUsage().heapUsed);
    }
    const [first = 0] = heaps;
    expect(heaps.at(-1)).toBeLessThan(first * 1.05);
  },
  CALLS * 60,
);
