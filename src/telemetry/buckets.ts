import { ServeError } from "../errors.ts";

/** Seconds: of a call that does next to nothing up to one that runs for 10 minutes. */
export const LATENCY_BUCKETS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
];

/** Numbers of things that are put together. */
export const SIZE_BUCKETS: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** More than this is more than anybody looks at, and each is a series of its own. */
const MOST = 100;

/** @throws ServeError `INVALID_OPTION` */
export function checkBuckets(where: string, buckets: unknown): void {
  const numbers = Array.isArray(buckets) ? (buckets as readonly unknown[]) : [];
  const right =
    numbers.length > 0 &&
    numbers.length <= MOST &&
    numbers.every((bound, at) => {
      const before = at === 0 ? Number.NEGATIVE_INFINITY : (numbers[at - 1] as number);
      return Number.isFinite(bound) && (bound as number) > before;
    });
  if (right) return;
  throw new ServeError(
    "INVALID_OPTION",
    `${where}: option buckets must be 1 to ${MOST} finite upper bounds, each over the one before, got ${JSON.stringify(buckets)}`,
  );
}

/** The first bucket that holds a value; `buckets.length` for the one without a bound. */
export function bucketOf(buckets: readonly number[], value: number): number {
  let low = 0;
  let high = buckets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (buckets[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}
