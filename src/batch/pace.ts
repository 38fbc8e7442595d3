/** A batch that forms, as far as it matters for how long it waits. */
export interface Gathering {
  readonly size: number;
  /** When its first item came. */
  readonly oldestAt: number;
  /** When its last one came. */
  readonly newestAt: number;
  /** When a batch ended last: its callers may call again. */
  readonly freeSince: number;
}

/** How large batches get, and how long they wait for that. */
export interface Pace {
  /** The size that a batch may have. */
  readonly limit: number;
  arrived(at: number): void;
  /** When it has waited long enough, as things are. */
  waitOverAt(gathering: Gathering): number;
}

/** As the user said. */
export function fixedPace(limit: number, waitMs: number): Pace {
  return {
    limit,
    arrived: () => {},
    waitOverAt: ({ oldestAt }) => oldestAt + waitMs,
  };
}
