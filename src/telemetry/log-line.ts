import type { LogFormat, LogLevel } from "./logging.ts";

/** Whose a line is; empty for one of the server itself. */
export interface LogOrigin {
  readonly application?: string | undefined;
  readonly deployment?: string | undefined;
  /** The replica's id. */
  readonly replica?: string | undefined;
}

/** The call whose code writes a line. */
export interface LoggedCall {
  readonly requestId: string;
  readonly traceparent?: string | undefined;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** One line of a log, as data. */
export interface LogLine extends LogOrigin {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly level: LogLevel;
  readonly message: string;
  /** Stands for the message and the fields where people read. */
  readonly text?: string | undefined;
  readonly requestId?: string | undefined;
  /** Of the W3C trace that the call belongs to, 32 hexadecimal digits. */
  readonly traceId?: string | undefined;
  /** Whatever else it says, errors as `LoggedError`. */
  readonly fields: LogFields;
}

/**
 * Where lines end.
 *
 * Failure contract: `write` never throws and waits for nothing; lines that come one after the other stay in that order.
 */
export interface LogSink {
  /** @param format the one that whoever wrote the line was told; undefined for the sink's own */
  write(line: LogLine, format: LogFormat | undefined): void;
}

/** What a log has of an error: fields of its own may be secrets, such as the headers of a request that failed. */
export interface LoggedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

const MAX_CAUSES = 8;

export function loggedError(thrown: unknown, depth = 0): LoggedError {
  if (!isError(thrown)) return { name: typeof thrown, message: String(thrown) };
  const { name, message, stack, cause } = thrown;
  const { code } = thrown as { code?: unknown };
  return {
    name,
    message,
    ...((typeof code === "string" || typeof code === "number") && { code }),
    ...(stack !== undefined && { stack }),
    ...(cause !== undefined && depth < MAX_CAUSES && { cause: loggedError(cause, depth + 1) }),
  };
}

/** Errors that crossed a boundary are of no class of this realm. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

/** Fields with their errors as a log has them. */
export function loggedFields(fields: LogFields): LogFields {
  let changed: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(fields)) {
    if (!isError(value)) continue;
    changed ??= { ...fields };
    changed[key] = loggedError(value);
  }
  return changed ?? fields;
}
