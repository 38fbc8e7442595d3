import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { messageOf } from "../../../src/errors.ts";
import { stateUnreadable } from "../../../src/state-store.ts";

const { R_OK, W_OK, X_OK } = constants;

/**
 * The one path of a state file, by whatever name it was given.
 *
 * @throws ServeError `STATE_UNREADABLE` where there can be none: SQLite would only say that it is unable to open it
 */
export function locateStateFile(file: string): string {
  const named = resolve(file);
  const where = `state file ${named}`;
  if (!existsSync(dirname(named))) {
    throw stateUnreadable(where, "its folder does not exist; create it or name another file");
  }
  try {
    const path = existsSync(named)
      ? realpathSync(named)
      : join(realpathSync(dirname(named)), basename(named));
    // SQLite keeps a log beside the file.
    accessSync(dirname(path), R_OK | W_OK | X_OK);
    if (!existsSync(path)) return path;
    accessSync(path, R_OK | W_OK);
    if (statSync(path).isFile()) return path;
  } catch (error) {
    const problem = `can't be used (${messageOf(error)})`;
    throw stateUnreadable(
      where,
      `${problem}; let this user read and write it and its folder`,
      error,
    );
  }
  throw stateUnreadable(where, "is no file; name a file, such as one in it");
}
