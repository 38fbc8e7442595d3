import {
  revisionConflict,
  type StateStore,
  type StoredDocument,
  stateFailure,
  stateUnreadable,
} from "../../src/state-store.ts";

const WHERE = "state in the Durable Object";

/** Another number for each change that an older isoserve would misread. */
const FORMAT = 1;

/** In characters: a row has 2 MB at most, and a character takes up to 3 bytes of it. */
const PART = 500_000;

/** A part of a document. */
type Row = { revision: number; text: string };

/**
 * A store in the SQLite database of a Durable Object, in two tables of its own. The object has it alone, so make it in
 * the class whose storage it is.
 *
 * @throws ServeError `STATE_UNREADABLE` when the tables are of another format or somebody else's
 */
export function durableStore(storage: DurableObjectStorage): StateStore {
  const { sql } = storage;
  let closed = false;
  const guarded = <T>(work: () => T): T => {
    try {
      if (closed) throw stateUnreadable(WHERE, "is closed");
      return work();
    } catch (error) {
      throw stateFailure(WHERE, error);
    }
  };

  function read(key: string): StoredDocument | undefined {
    const select = "SELECT revision, text FROM isoserve_documents WHERE key = ? ORDER BY part";
    const rows = sql.exec<Row>(select, key).toArray();
    const [first] = rows;
    return first && { text: rows.map(({ text }) => text).join(""), revision: first.revision };
  }

  function replace(key: string, text: string, expected: number): number {
    if ((read(key)?.revision ?? 0) !== expected) throw revisionConflict(WHERE, key, expected);
    sql.exec("DELETE FROM isoserve_documents WHERE key = ?", key);
    for (const [part, content] of partsOf(text).entries()) {
      const insert = "INSERT INTO isoserve_documents VALUES (?, ?, ?, ?)";
      sql.exec(insert, key, part, expected + 1, content);
    }
    return expected + 1;
  }

  guarded(() => storage.transactionSync(() => prepare(sql)));
  return {
    get: async (key) => guarded(() => read(key)),
    put: async (key, text, expected) => {
      const revision = guarded(() => storage.transactionSync(() => replace(key, text, expected)));
      await storage.sync();
      return revision;
    },
    close: async () => {
      closed = true;
    },
  };
}

function prepare(sql: SqlStorage): void {
  sql.exec("CREATE TABLE IF NOT EXISTS isoserve_format (number INTEGER NOT NULL)");
  const [row] = sql.exec<{ number: number }>("SELECT number FROM isoserve_format").toArray();
  if (row && row.number !== FORMAT) {
    throw stateUnreadable(
      WHERE,
      `has format ${row.number}, and this isoserve knows format ${FORMAT} only; deploy the isoserve that wrote it`,
    );
  }
  if (row) return;
  sql.exec("INSERT INTO isoserve_format VALUES (?)", FORMAT);
  sql.exec(`CREATE TABLE isoserve_documents (
    key TEXT, part INTEGER, revision INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (key, part)
  ) STRICT, WITHOUT ROWID`);
}

/** Never between the two halves of a character; at least one part, for a text may be empty. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length || start === 0; ) {
    const last = text.charCodeAt(start + PART - 1);
    const end = start + (last >= 0xd800 && last < 0xdc00 ? PART - 1 : PART);
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts;
}
