import type { Serve } from "../../src/index.ts";
import type { Listening } from "./listen.ts";

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
    await listening.close();
    await serve.shutdown();
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
