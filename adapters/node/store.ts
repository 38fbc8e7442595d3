import {
  revisionConflict,
  type StateStore,
  stateFailure,
  stateUnreadable,
} from "../../src/state-store.ts";
import { openStateFile } from "./state-file/open.ts";
import { documentOf, type Row, sumOf } from "./state-file/row.ts";

/**
 * A store in a SQLite file, which is made where there is none. The server that opened it has it alone until `close`
 * or its death; another server is refused. Other programs can read the file meanwhile.
 *
 * @throws ServeError `STATE_UNREADABLE` when the file can't be used or is somebody else's; it is left as it was
 */
export async function sqliteStore(file: string): Promise<StateStore> {
  const { where, db, close } = await openStateFile(file);
  const select = db.prepare("SELECT * FROM documents WHERE key = ?");
  const insert = db.prepare(
    "INSERT OR IGNORE INTO documents VALUES (:key, :revision, :text, :sum)",
  );
  const update = db.prepare(
    "UPDATE documents SET revision = :revision, text = :text, sum = :sum WHERE key = :key AND revision = :expected",
  );
  const guarded = async <T>(work: () => T): Promise<T> => {
    try {
      if (!db.isOpen) throw stateUnreadable(where, "is closed");
      return work();
    } catch (error) {
      throw stateFailure(where, error);
    }
  };
  return {
    get: (key) =>
      guarded(() => {
        const row = select.get(key);
        return row && documentOf(row as unknown as Row, where);
      }),
    put: (key, text, expected) =>
      guarded(() => {
        const revision = expected + 1;
        const row = { key, revision, text, sum: sumOf(key, revision, text) };
        const { changes } = expected === 0 ? insert.run(row) : update.run({ ...row, expected });
        if (changes === 0) throw revisionConflict(where, key, expected);
        return revision;
      }),
    close: async () => close(),
  };
}
