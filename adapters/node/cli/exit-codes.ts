import { CommanderError } from "commander";
import { ServeError } from "../../../src/errors.ts";

/** What the command's exit code tells a script. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** The command line or the configuration is wrong: nothing was changed. */
  badUsage: 2,
  /** No server can be reached at the address, or the token is not its. */
  unreachable: 3,
  /** A second Ctrl-C. */
  interrupted: 130,
} as const;

export const EXIT_CODES_HELP = `
Exit codes:
  ${EXIT.done}    done
  ${EXIT.failed}    it failed
  ${EXIT.badUsage}    the command line or the configuration is wrong, nothing was changed
  ${EXIT.unreachable}    no server can be reached at the address, or the token is not its
  ${EXIT.interrupted}  ended by a second Ctrl-C`;

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.badUsage;
  if (!(error instanceof ServeError)) return EXIT.failed;
  if (error.code === "INVALID_CONFIG") return EXIT.badUsage;
  return error.code === "UNAVAILABLE" || error.code === "UNAUTHORIZED"
    ? EXIT.unreachable
    : EXIT.failed;
}
