import { plainText } from "./console-text.ts";
import type { LogFields, LogLine, LogSink } from "./log-line.ts";
import type { LogFormat } from "./logging.ts";

/** A line on its way from a worker to its host, past the control connection: it waits for no answer. */
export interface LogMessage {
  readonly isoserveLog: LogLine;
  readonly format: LogFormat | undefined;
}

export function isLogMessage(data: unknown): data is LogMessage {
  return typeof data === "object" && data !== null && "isoserveLog" in data;
}

/** Sends lines to the host, each at once: what is still in a buffer when a worker dies would be lost. */
export function portSink(port: { postMessage(message: unknown): void }): LogSink {
  return {
    write: (line, format) => {
      try {
        port.postMessage({ isoserveLog: line, format } satisfies LogMessage);
      } catch {
        const plain = { ...line, fields: plainFields(line.fields) };
        port.postMessage({ isoserveLog: plain, format } satisfies LogMessage);
      }
    },
  };
}

/** What can't be cloned, such as a function, as text. */
function plainFields(fields: LogFields): LogFields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, cloneable(value)]));
}

function cloneable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return plainText([value]);
  }
}
