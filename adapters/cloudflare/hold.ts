/** `Platform.hold`, here. */
export type Hold = <T>(waiting: Promise<T>) => Promise<T>;

/**
 * workerd cancels a request that has nothing of its own under way, so a timer runs while it waits for another's.
 *
 * @param each done from time to time meanwhile
 */
export function holdWhile(periodMs: number, each: () => void): Hold {
  return async (waiting) => {
    const timer = setInterval(each, periodMs);
    try {
      return await waiting;
    } finally {
      clearInterval(timer);
    }
  };
}

/** Longer than any request waits; it only has to be pending. */
const HOLD_MS = 60_000;

export const hold = holdWhile(HOLD_MS, () => {});
