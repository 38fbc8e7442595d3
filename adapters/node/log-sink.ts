import { createRequire } from "node:module";
import { styleText } from "node:util";
import type pino from "pino";
import type { DestinationStream, Logger } from "pino";
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
  const turn = new Turn(make.destination({ dest: STDERR, sync: true }));
  const options = {
    base: null,
    timestamp: false,
    level: "debug",
    messageKey: "message",
    formatters: { level: (level: string) => ({ level }) },
  };
  return { json: make(options, turn), text: (text) => turn.write(text) };
}

/** What is written in one turn of the event loop goes out at its end, at once: a system call costs more than a line. */
class Turn {
  readonly #to: Pick<DestinationStream, "write">;
  #text = "";

  constructor(to: Pick<DestinationStream, "write">) {
    this.#to = to;
    process.on("exit", () => this.#end());
  }

  write(text: string): void {
    if (this.#text === "") setImmediate(() => this.#end());
    this.#text += text;
  }

  #end(): void {
    const text = this.#text;
    this.#text = "";
    if (text !== "") this.#to.write(text);
  }
}

function coloured(level: LogLevel, word: string): string {
  return styleText(COLOURS[level], word, { stream: process.stderr });
}
