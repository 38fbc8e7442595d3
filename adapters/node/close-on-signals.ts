import type { Serve } from "../../src/index.ts";
import type { Listening } from "./listen.ts";

/**
 * Ends the process in good order on SIGINT and SIGTERM: the server takes no new connections, answers what it has,
 * drains the replicas, and the process exits with 0. A second signal exits at once with 130.
 *
 * @param closing told when it begins
 */
export function closeOnSignals(
  serve: Pick<Serve<never>, "shutdown">,
  listening: Listening,
  closing: () => void = () => {},
): void {
  let begun = false;
  const close = async () => {
    if (begun) process.exit(130);
    begun = true;
    closing();
    await listening.close();
    await serve.shutdown();
    process.exit(0);
  };
  process.on("SIGINT", close);
  process.on("SIGTERM", close);
}
