import { exponential, randomOf } from "./random.ts";

/** Calls of a day: when each comes, and how long it runs; both in milliseconds. */
export interface Trace {
  readonly name: string;
  readonly lengthMs: number;
  readonly arrivals: Float64Array;
  readonly durations: Float64Array;
  /** Calls under way at a time if each ran at once, by the rate alone: what chance adds no scaler can foresee. */
  offered(ms: number): number;
}

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Of the time that a call runs. */
const MEAN_MS = 500;

type Rates = (random: () => number, lengthMs: number) => { at(ms: number): number; most: number };

const poisson: Rates = () => ({ at: () => 20, most: 20 });

/** Little at night, much by day. */
const diurnal: Rates = (_random, lengthMs) => ({
  at: (ms) => 21 - 19 * Math.cos((2 * Math.PI * ms) / lengthMs),
  most: 40,
});

/** Twice an hour, for one to five minutes, ten times as much. */
const bursty: Rates = (random, lengthMs) => {
  const bursts: { from: number; to: number }[] = [];
  for (let ms = 0; ms < lengthMs; ) {
    const from = ms + exponential(random) * (HOUR_MS / 2);
    const to = from + (1 + 4 * random()) * 60_000;
    bursts.push({ from, to });
    ms = to;
  }
  return {
    at: (ms) => (bursts.some(({ from, to }) => from <= ms && ms < to) ? 50 : 5),
    most: 50,
  };
};

/** Up from nearly nothing in half an hour, an hour there, down in half an hour, and an hour of rest. */
const ramp: Rates = () => ({
  at: (ms) => {
    const hours = (ms / HOUR_MS) % 3;
    const height = Math.max(0, Math.min(1, hours * 2, (2 - hours) * 2));
    return 1 + 49 * height;
  },
  most: 50,
});

const RATES: Readonly<Record<string, Rates>> = { poisson, diurnal, bursty, ramp };

export const TRACES = Object.keys(RATES);

/** The same for the same seed: calls come at random times, as often as their rate says. */
export function traceOf(name: string, seed: number, lengthMs = DAY_MS): Trace {
  const random = randomOf(seed);
  const rates = (RATES[name] as Rates)(random, lengthMs);
  const arrivals: number[] = [];
  const durations: number[] = [];
  for (let ms = 0; ; ) {
    ms += (exponential(random) * 1000) / rates.most;
    if (ms >= lengthMs) break;
    if (random() * rates.most >= rates.at(ms)) continue;
    arrivals.push(ms);
    durations.push(exponential(random) * MEAN_MS);
  }
  return {
    name,
    lengthMs,
    arrivals: Float64Array.from(arrivals),
    durations: Float64Array.from(durations),
    offered: (at) => (rates.at(at) * MEAN_MS) / 1000,
  };
}
