import type { HttpOptions } from "../config/http-options.ts";
import type { ConfigProblem } from "../controller/declarations.ts";
import type { LoggingOptions } from "../telemetry/logging.ts";
import { problemDetails } from "./problem-details.ts";

/** What of a configuration is fixed when the server starts. */
export interface FixedOptions {
  readonly httpOptions?: HttpOptions | undefined;
  readonly logging?: LoggingOptions | undefined;
}

/** Answers a configuration that wants other such options than the server runs with. */
export function restartNeeded(
  { httpOptions, logging }: FixedOptions,
  running: FixedOptions,
): Response | undefined {
  const errors = [
    ...changes(["httpOptions"], httpOptions, running.httpOptions),
    ...changes(["logging"], logging, running.logging),
  ];
  if (errors.length === 0) return undefined;
  const fields = errors.map(({ path }) => path.join(".")).join(", ");
  return problemDetails({
    status: 409,
    code: "RESTART_NEEDED",
    detail: `${fields} can't change while the server runs: restart it with the new configuration, or leave ${errors.length === 1 ? "it" : "them"} as running`,
    errors,
  });
}

function changes(
  path: readonly string[],
  wanted: unknown,
  running: unknown,
): readonly ConfigProblem[] {
  if (typeof wanted === "object" && wanted !== null) {
    const of = (running ?? {}) as Readonly<Record<string, unknown>>;
    return Object.entries(wanted).flatMap(([key, value]) =>
      changes([...path, key], value, of[key]),
    );
  }
  if (wanted === undefined || wanted === running) return [];
  const now = running === undefined ? "without it" : `with ${JSON.stringify(running)}`;
  return [{ path, message: `needs a restart: the server runs ${now}` }];
}
