import type { HttpOptions } from "../config/http-options.ts";
import type { ConfigProblem } from "../controller/declarations.ts";
import { problemDetails } from "./problem-details.ts";

/** Answers a configuration that wants other HTTP options than the server runs with: they are fixed when it starts. */
export function restartNeeded(wanted: HttpOptions, running: HttpOptions): Response | undefined {
  const errors = changes(["httpOptions"], wanted, running);
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
