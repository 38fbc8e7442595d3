import { jsonLine, textLine } from "./log-format.ts";
import type { LogSink } from "./log-line.ts";
import type { LogFormat } from "./logging.ts";
import { plainConsole } from "./plain-console.ts";

/** Hands lines to the console, at their level. */
export function consoleSink(format: LogFormat): LogSink {
  return {
    write: (line, wanted = format) => {
      plainConsole()[line.level](wanted === "json" ? jsonLine(line) : textLine(line));
    },
  };
}
