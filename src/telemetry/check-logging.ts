import { problemsOf, problemText } from "../config/problems.ts";
import { ServeError } from "../errors.ts";
import type { LoggingOptions } from "./logging.ts";
import { LOGGING } from "./logging-schema.ts";

/**
 * @param where what was given them
 * @throws ServeError `INVALID_OPTION` naming every bad field
 */
export function checkLogging(
  where: string,
  given: LoggingOptions | undefined,
): LoggingOptions | undefined {
  if (given === undefined) return undefined;
  const problems = problemsOf(LOGGING, given).map(({ path, message }) =>
    problemText({ path: ["logging", ...path], message }),
  );
  if (problems.length === 0) return given;
  throw new ServeError("INVALID_OPTION", `${where}: option ${problems.join("; ")}`);
}
