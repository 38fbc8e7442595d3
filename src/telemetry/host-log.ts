import type { Clock } from "../clock.ts";
import type { LogOrigin, LogSink } from "./log-line.ts";
import { Logger } from "./logger.ts";
import { inheritLogging, type LoggingOptions } from "./logging.ts";

/** The log of a host: its own lines, and those of its requests. */
export class HostLog {
  /** What deployments and applications that do not say it log, and how. */
  readonly logging: LoggingOptions;
  /** For lines of the host itself. */
  readonly own: Logger;
  readonly #sink: LogSink;
  readonly #clock: Clock;

  constructor(sink: LogSink, clock: Clock, logging: LoggingOptions = {}) {
    this.#sink = sink;
    this.#clock = clock;
    this.logging = logging;
    this.own = new Logger(sink, clock, {}, logging);
  }

  /** For lines about an application or a deployment. */
  of(origin: LogOrigin, logging: LoggingOptions | undefined): Logger {
    return new Logger(this.#sink, this.#clock, origin, inheritLogging(this.logging, logging));
  }
}
