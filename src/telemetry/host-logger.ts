import { systemClock } from "../clock.ts";
import { consoleSink } from "./console-sink.ts";
import { Logger } from "./logger.ts";

let host = new Logger(consoleSink("text"), systemClock);
let only: Logger | undefined;

/** For what belongs to no replica: the log of the host that was made last, in a replica's own thread the replica's. */
export function hostLogger(): Logger {
  return only ?? host;
}

export function logHostTo(logger: Logger): void {
  host = logger;
}

/** This thread is a replica's: hosts that its code makes, with `isoserve`'s default instance, are not the host. */
export function logOnlyTo(logger: Logger): void {
  only = logger;
}
