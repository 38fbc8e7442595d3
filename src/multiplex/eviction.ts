/** A model's place in a cache. */
export interface ModelPlace {
  readonly state: "loading" | "ready" | "leaving";
  /** By whom it is used: by nobody, by calls that run on, or by some that wait for another model themselves. */
  readonly use: "none" | "running" | "waiting";
}

const ORDER = { none: 0, running: 1, waiting: 2 } as const;

/**
 * The models that have to make room: of those that are there, as many as are wanted and not coming free anyway. The least
 * recently used first, but one that nobody uses before any that has to be waited for.
 *
 * @param places the least recently used first
 * @param wanted models that wait for a place
 */
export function toEvict<P extends ModelPlace>(
  places: readonly P[],
  wanted: number,
  maxModels: number,
): readonly P[] {
  const free = maxModels - places.filter(({ state }) => state !== "leaving").length;
  const ready = places.filter(({ state }) => state === "ready");
  return ready.toSorted((a, b) => ORDER[a.use] - ORDER[b.use]).slice(0, Math.max(0, wanted - free));
}

/** No place can ever become free: all are used by calls that wait for another model themselves. */
export function isStuck(places: readonly ModelPlace[]): boolean {
  return places.every(({ state, use }) => state === "ready" && use === "waiting");
}
