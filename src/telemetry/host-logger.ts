import { systemClock } from "../clock.ts";
import { consoleSink } from "./console-sink.ts";
import { Logger } from "./logger.ts";

let current = new Logger(consoleSink("text"), systemClock);

/** For what belongs to no replica: the log of the host that was made last, in a replica's own thread the replica's. */
export function hostLogger(): Logger {
  return current;
}

export function logHostTo(logger: Logger): void {
  current = logger;
}
