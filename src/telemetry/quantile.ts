import type { Series } from "./snapshot.ts";

/**
 * The value under which a part `q` (0 to 1) of what was observed lies, by linear interpolation in its bucket, as
 * Prometheus' `histogram_quantile` does; the largest bound where it is over that; NaN where nothing was observed.
 */
export function quantile(buckets: readonly number[], counts: Series["counts"], q: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return Number.NaN;
  const rank = Math.min(Math.max(q, 0), 1) * total;
  let below = 0;
  for (const [at, upper] of buckets.entries()) {
    const count = counts[at] ?? 0;
    if (count > 0 && below + count >= rank) {
      const lower = at === 0 ? Math.min(0, upper) : (buckets[at - 1] as number);
      return lower + ((upper - lower) * (rank - below)) / count;
    }
    below += count;
  }
  return buckets.at(-1) ?? Number.NaN;
}
