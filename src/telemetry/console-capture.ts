import { currentCall } from "../context.ts";
import type { ConsoleText } from "./console-text.ts";
import type { LogLevel } from "./logging.ts";
import { keepPlain } from "./plain-console.ts";
import { replicaScope } from "./scope.ts";

const LEVELS = {
  debug: "debug",
  trace: "debug",
  log: "info",
  info: "info",
  warn: "warn",
  error: "error",
} as const satisfies Partial<Record<keyof Console, LogLevel>>;

type Method = keyof typeof LEVELS;

let captured = false;

/**
 * Has the console's lines written to the log of the replica whose code calls it. What runs in no replica still writes to
 * the console, and so do methods that draw, such as `table`, where they do not use `log` themselves.
 */
export function captureConsole(textOf: ConsoleText): void {
  if (captured) return;
  captured = true;
  const { debug, info, warn, error } = console;
  keepPlain({ debug, info, warn, error });
  for (const [method, level] of Object.entries(LEVELS) as [Method, LogLevel][]) {
    const original = console[method].bind(console);
    console[method] = (...args: unknown[]) => {
      const logger = replicaScope()?.logger;
      if (!logger) return original(...args);
      if (logger.shows(level)) logger.write(level, textOf(args), {}, currentCall());
    };
  }
}
