import { manualClock } from "../../adapters/memory/clock.ts";
import type { BatchOptions } from "../../src/index.ts";
import { batcherOn, settled } from "./story.ts";

/** How long a batch takes: as models on a GPU do, for the most part however small it is. */
export interface Machine {
  readonly fixedMs: number;
  readonly eachMs: number;
  /** Runs take up to this part longer, by chance. */
  readonly jitter: number;
  /** From then on everything takes so many times as long. */
  readonly slowerFrom?: { readonly ms: number; readonly factor: number };
}

/** Who calls: so many clients, each of which calls again once it has its answer; or calls by chance, so many a second. */
export type Load =
  | { readonly clients: number; readonly thinkMs: number }
  | { readonly perSecond: number };

export interface Result {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly meanSize: number;
}

const STEP_MS = 0.5;

/** Batches on a simulated machine, on a clock turned by hand: the same each time. What happens at first does not count. */
export async function simulate(
  options: BatchOptions<number>,
  machine: Machine,
  load: Load,
  { warmUpMs = 2_000, ms = 3_000 } = {},
): Promise<Result> {
  const clock = manualClock();
  const random = randomFrom(42);
  const latencies: number[] = [];
  const sizes: number[] = [];
  const counts = () => clock.now() >= warmUpMs;
  const batcher = batcherOn(clock, options, async (items) => {
    if (counts()) sizes.push(items.length);
    const chance = 1 + machine.jitter * random();
    const { fixedMs, eachMs, slowerFrom } = machine;
    const slower = slowerFrom && clock.now() >= slowerFrom.ms ? slowerFrom.factor : 1;
    await clock.sleep((fixedMs + eachMs * items.length) * chance * slower, NEVER);
    return items;
  });
  const call = async () => {
    const began = clock.now();
    await batcher.ask(0, undefined);
    if (counts()) latencies.push(clock.now() - began);
  };
  const isOver = () => clock.now() >= warmUpMs + ms;
  const callAgain = async (thinkMs: number): Promise<void> => {
    while (!isOver()) {
      await call();
      await clock.sleep(thinkMs * random(), NEVER);
    }
  };
  if ("clients" in load) for (let at = 0; at < load.clients; at += 1) void callAgain(load.thinkMs);
  let nextAt = 0;
  while (!isOver()) {
    for (; "perSecond" in load && nextAt <= clock.now(); ) {
      void call();
      nextAt += (-Math.log(1 - random()) * 1000) / load.perSecond;
    }
    await settled();
    clock.advance(STEP_MS);
    await settled();
  }
  latencies.sort((a, b) => a - b);
  return {
    perSecond: (latencies.length * 1000) / ms,
    p50Ms: latencies[Math.floor(latencies.length * 0.5)] ?? Number.NaN,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
    meanSize: sizes.reduce((sum, size) => sum + size, 0) / sizes.length,
  };
}

const NEVER = new AbortController().signal;

/** Mulberry32: the same numbers each time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
