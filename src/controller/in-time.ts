import type { Clock } from "../clock.ts";
import { ServeError } from "../errors.ts";

export interface TimeLimits {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Aborts when the work is not wanted any more. */
  readonly unwanted: AbortSignal;
  /** Says what did not end. */
  readonly late: string;
}

/**
 * Waits for work no longer than it may take.
 *
 * @param work is told by its signal when it is not waited for any more
 * @throws what the work throws; ServeError `TIMEOUT`; the reason of `unwanted` when that aborts
 */
export async function inTime<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { clock, timeoutMs, unwanted, late }: TimeLimits,
): Promise<T> {
  unwanted.throwIfAborted();
  const ending = new AbortController();
  const givenUp = new Promise<never>((_, reject) => {
    ending.signal.addEventListener("abort", () => reject(ending.signal.reason), { once: true });
  });
  const end = () => ending.abort(unwanted.reason);
  unwanted.addEventListener("abort", end, { once: true });
  const settled = new AbortController();
  void clock.sleep(timeoutMs, settled.signal).then(() => {
    if (!settled.signal.aborted) ending.abort(new ServeError("TIMEOUT", late));
  });
  try {
    return await Promise.race([work(ending.signal), givenUp]);
  } finally {
    settled.abort();
    unwanted.removeEventListener("abort", end);
  }
}
