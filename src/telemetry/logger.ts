import type { Clock } from "../clock.ts";
import {
  type LogFields,
  type LoggedCall,
  type LogLine,
  type LogOrigin,
  type LogSink,
  loggedFields,
} from "./log-line.ts";
import { type LogLevel, type ReplicaLogging, rankOf } from "./logging.ts";

const NONE: LogFields = {};

/** Writes the lines of one origin: a server, a deployment or a replica. */
export class Logger {
  readonly #sink: LogSink;
  readonly #clock: Clock;
  readonly #origin: LogOrigin;
  #rank: number;
  #format: ReplicaLogging["format"];

  constructor(sink: LogSink, clock: Clock, origin: LogOrigin = {}, logging: ReplicaLogging = {}) {
    this.#sink = sink;
    this.#clock = clock;
    this.#origin = origin;
    this.#rank = rankOf(logging.level);
    this.#format = logging.format;
  }

  set logging({ level, format }: ReplicaLogging) {
    this.#rank = rankOf(level);
    this.#format = format;
  }

  /** Would a line of this level be shown? */
  shows(level: LogLevel): boolean {
    return rankOf(level) >= this.#rank;
  }

  /** One that shows the same of another origin. */
  about(origin: LogOrigin): Logger {
    const logger = new Logger(this.#sink, this.#clock, origin);
    logger.#rank = this.#rank;
    logger.#format = this.#format;
    return logger;
  }

  /** @param text see `LogLine` */
  write(
    level: LogLevel,
    message: string,
    fields: LogFields = NONE,
    call?: LoggedCall,
    text?: string,
  ): void {
    if (!this.shows(level)) return;
    const { application, deployment, replica } = this.#origin;
    const line: LogLine = {
      time: this.#clock.now(),
      level,
      message,
      text,
      application,
      deployment,
      replica,
      requestId: call?.requestId,
      traceId: traceIdOf(call?.traceparent),
      fields: loggedFields(fields),
    };
    this.#sink.write(line, this.#format);
  }

  warn(message: string, fields?: LogFields): void {
    this.write("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.write("error", message, fields);
  }
}

/** @param traceparent as W3C Trace Context has it: version, trace, parent, flags */
function traceIdOf(traceparent: string | undefined): string | undefined {
  return traceparent?.split("-")[1];
}
