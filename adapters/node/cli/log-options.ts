import { type Command, Option } from "commander";
import type { LogFormat, LoggingOptions } from "../../../src/telemetry/logging.ts";

/** Flags of each command that starts a server. */
export interface LogFlags {
  readonly logLevel?: LoggingOptions["level"];
  readonly logFormat?: LogFormat;
  /** False with `--no-access-log`. */
  readonly accessLog: boolean;
}

const LEVELS = ["debug", "info", "warn", "error", "off"];

export function withLogOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--log-level <level>", "least that is logged (default: info)").choices(LEVELS),
    )
    .addOption(
      new Option(
        "--log-format <format>",
        "format of the log on stderr (default: text on a terminal, else json)",
      ).choices(["text", "json"]),
    )
    .option("--no-access-log", "log no line for each request");
}

/** Over what a configuration says. */
export function loggingOf({ logLevel, logFormat, accessLog }: LogFlags): LoggingOptions {
  return {
    ...(logLevel !== undefined && { level: logLevel }),
    ...(logFormat !== undefined && { format: logFormat }),
    ...(!accessLog && { accessLog }),
  };
}
