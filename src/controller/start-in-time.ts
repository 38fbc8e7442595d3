import type { Clock } from "../clock.ts";
import { ServeError } from "../errors.ts";
import type { ReplicaConnection } from "../platform.ts";

export interface StartLimits {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Aborts when the replica is not wanted any more. */
  readonly unwanted: AbortSignal;
  /** The deployment, for the message. */
  readonly where: string;
}

/**
 * Starts a replica within its time.
 *
 * @param start must end what it started when its signal aborts
 * @throws what `start` throws; ServeError `TIMEOUT`; the signal's reason when the replica became unwanted
 */
export async function startInTime<C extends ReplicaConnection>(
  start: (signal: AbortSignal) => Promise<C>,
  { clock, timeoutMs, unwanted, where }: StartLimits,
): Promise<C> {
  const ending = new AbortController();
  const givenUp = new Promise<never>((_, reject) => {
    ending.signal.addEventListener("abort", () => reject(ending.signal.reason), { once: true });
  });
  const end = () => ending.abort(unwanted.reason);
  unwanted.addEventListener("abort", end, { once: true });
  const settled = new AbortController();
  void clock.sleep(timeoutMs, settled.signal).then(() => {
    if (settled.signal.aborted) return;
    const message = `${where}: the replica did not start within ${timeoutMs} ms (option initTimeoutMs)`;
    ending.abort(new ServeError("TIMEOUT", message));
  });
  const started = start(ending.signal);
  try {
    return await Promise.race([started, givenUp]);
  } catch (error) {
    // What could not be ended in mid-start is ended when it comes up after all.
    started.then((connection) => connection.stop()).catch(() => {});
    throw error;
  } finally {
    settled.abort();
    unwanted.removeEventListener("abort", end);
  }
}
