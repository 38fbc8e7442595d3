import { setTimeout as sleep } from "node:timers/promises";
import type { Serve } from "../../src/index.ts";
import type { Listening } from "./listen.ts";

/** Requests on connections that were open already should have come by then. */
const ARRIVAL_GRACE_MS = 1_000;
/** Answers are complete, but a client may not have read all of its own. */
const UNREAD_GRACE_MS = 5_000;

/**
 * Ends the process in good order on SIGINT and SIGTERM: the server takes no new connections, answers what it has,
 * drains the replicas, and the process exits with 0. A second signal exits at once with 130.
 *
 * @param closing told when it begins
 * @returns does what the first signal does
 */
export function closeOnSignals(
  serve: Pick<Serve<never>, "shutdown">,
  listening: Pick<Listening, "close">,
  closing: () => void = () => {},
): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const end = async () => {
    closing();
    const closed = listening.close();
    const closedWithin = (ms: number) => Promise.race([closed, sleep(ms)]);
    await closedWithin(ARRIVAL_GRACE_MS);
    // What takes longer than it may is broken off by this.
    await serve.shutdown();
    await closedWithin(UNREAD_GRACE_MS);
    process.exit(0);
  };
  const close = () => {
    closed ??= end();
    return closed;
  };
  const onSignal = () => (closed ? process.exit(130) : close());
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return close;
}
