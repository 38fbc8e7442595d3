import { createRequire } from "node:module";
import { styleText } from "node:util";
import { isMainThread } from "node:worker_threads";
import type pino from "pino";
import type { Logger } from "pino";
import { recordOf, textLine } from "../../src/telemetry/log-format.ts";
import type { LogSink } from "../../src/telemetry/log-line.ts";
import type { LogFormat, LogLevel } from "../../src/telemetry/logging.ts";

const STDERR = 2;

const COLOURS = { debug: "gray", info: "green", warn: "yellow", error: "red" } as const;

/** Writes lines to stderr, so that stdout is left to what commands print: JSON by pino, or text for a terminal. */
export function stderrSink(): LogSink {
  const { isTTY = false } = process.stderr;
  const own: LogFormat = isTTY ? "text" : "json";
  let writer: Writer | undefined;
  return {
    write: (line, format = own) => {
      writer ??= makeWriter();
      if (format === "json") writer.json[line.level](recordOf(line), line.message);
      else writer.text(`${textLine(line, isTTY ? coloured : undefined)}\n`);
    },
  };
}

interface Writer {
  readonly json: Logger;
  readonly text: (text: string) => void;
}

/** With the first line: pino takes longer to load than a command to run, and replicas in threads never need it. */
function makeWriter(): Writer {
  const require = createRequire(import.meta.url);
  const make = require("pino") as typeof pino;
  // What a thread has not written when it ends is lost; a process writes the rest as it exits.
  const destination = make.destination({ dest: STDERR, sync: !isMainThread });
  const options = {
    base: null,
    timestamp: false,
    level: "debug",
    messageKey: "message",
    formatters: { level: (level: string) => ({ level }) },
  };
  return { json: make(options, destination), text: (text) => destination.write(text) };
}

function coloured(level: LogLevel, word: string): string {
  return styleText(COLOURS[level], word, { stream: process.stderr });
}
