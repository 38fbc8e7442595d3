import { currentCall } from "../context.ts";
import type { LogFields } from "./log-line.ts";
import type { LogLevel } from "./logging.ts";
import { currentScope } from "./scope.ts";

/** Writes lines with the application, deployment, replica and request of the code that writes them. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /** @param fields an `Error` among them is logged with its stack and causes, as in `{ error }` */
  error(message: string, fields?: LogFields): void;
  /** One whose lines have these fields besides. */
  child(fields: LogFields): Log;
}

/**
 * The log of the code that runs. Used anywhere, a line has the origin of the replica whose code writes it, and the id of
 * the request as far as the platform can tell: in the browser until the first `await`.
 *
 * @example
 * log.info("model loaded", { layers: 12 });
 */
export const log: Log = logWith({});

function logWith(bound: LogFields): Log {
  const write = (level: LogLevel) => (message: string, fields?: LogFields) => {
    const { logger } = currentScope();
    if (!logger.shows(level)) return;
    logger.write(level, message, { ...bound, ...fields }, currentCall());
  };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => logWith({ ...bound, ...fields }),
  };
}
