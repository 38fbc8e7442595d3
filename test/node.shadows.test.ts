import { afterAll, expect, it } from "vitest";
import { node } from "../adapters/node/index.ts";
import { createServe } from "../src/index.ts";
import { chooseShadows } from "../src/router/traffic.ts";
import { hanging, slow, throwing } from "./fixtures/shadowed.ts";

/** `npm run soak` makes enough for a small difference to show. */
const CALLS = process.env["ISOSERVE_SOAK"] ? 5_000 : 500;
const AT_ONCE = 10;

const module = new URL("./fixtures/shadowed.ts", import.meta.url).href;
const apps = { hanging, slow, throwing };
const serve = createServe(node());
afterAll(() => serve.shutdown());

const hasShadow = (shardKey: string) =>
  chooseShadows([{ name: "shadow", weight: 0.5 }], shardKey, () => 0).length > 0;

/** Kolmogorov and Smirnov: the greatest distance between two samples' distributions. */
function distance(one: readonly number[], other: readonly number[]): number {
  const below = (sorted: readonly number[], value: number) => {
    const at = sorted.findIndex((item) => item > value);
    return (at < 0 ? sorted.length : at) / sorted.length;
  };
  const [a, b] = [one.toSorted((x, y) => x - y), other.toSorted((x, y) => x - y)];
  return Math.max(...a.map((value) => Math.abs(below(a, value) - below(b, value))));
}

it.each(["hanging", "throwing", "slow"] as const)(
  "a %s shadow changes nothing of how long calls take",
  async (name) => {
    const handle = await serve.run(apps[name], { name, module: `${module}#${name}` });
    const times: Record<"with" | "without", number[]> = { with: [], without: [] };
    let made = 0;
    const caller = async () => {
      while (made < CALLS) {
        made += 1;
        const shardKey = `call-${made}`;
        const began = performance.now();
        await handle.options({ shardKey }).work();
        times[hasShadow(shardKey) ? "with" : "without"].push(performance.now() - began);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, caller));
    await serve.delete(name);
    const { with: shadowed, without } = times;
    expect(shadowed.length + without.length).toBe(made);
    // The bound that equal distributions exceed once in ten thousand times.
    const samples = (shadowed.length * without.length) / (shadowed.length + without.length);
    expect(distance(shadowed, without)).toBeLessThan(2.23 / Math.sqrt(samples));
  },
  120_000,
);
