/** The known name that a mistyped one most likely meant; undefined when none is near. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const plain = withoutCase(given);
  const ranked = known
    .map((name) => ({ name, distance: editDistance(plain, withoutCase(name)) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  const allowed = Math.max(1, Math.floor(plain.length / 4));
  return best && best.distance <= allowed ? best.name : undefined;
}

/** `num_replicas` and `numReplicas` are one word spelt in two ways. */
function withoutCase(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, "");
}

/** Letters to insert, delete, replace or swap to get from one word to the other. */
function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1];
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row[j] = Math.min(
        at(i - 1, j - 1) + (same ? 0 : 1),
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
  }
  return at(from.length, to.length);
}
