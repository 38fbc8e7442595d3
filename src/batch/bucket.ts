/** The smallest bucket that holds so many items; their own number where there are no buckets. */
export function bucketFor(count: number, buckets: readonly number[]): number {
  return buckets.find((bucket) => bucket >= count) ?? count;
}

/** The largest bucket that so many items fill, at least the smallest one; their own number where there are no buckets. */
export function bucketBelow(count: number, buckets: readonly number[]): number {
  return buckets.findLast((bucket) => bucket <= count) ?? buckets[0] ?? count;
}

/** The items, and copies of the last one up to the number of the bucket. */
export function padded<T>(items: readonly T[], buckets: readonly number[]): T[] {
  const last = items.at(-1) as T;
  const copies = bucketFor(items.length, buckets) - items.length;
  return [...items, ...new Array<T>(copies).fill(last)];
}
