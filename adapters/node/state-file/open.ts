import { closeSync, openSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { stateFailure, stateUnreadable } from "../../../src/state-store.ts";
import { APPLICATION_ID, BUSY_MS, checkStateFile, FORMAT, type Sqlite } from "./check.ts";
import { locateStateFile } from "./place.ts";

const SCHEMA = `
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};
  CREATE TABLE documents (
    key TEXT PRIMARY KEY, revision INTEGER NOT NULL, text TEXT NOT NULL, sum TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

export interface StateFile {
  /** The file as messages name it. */
  readonly where: string;
  readonly db: DatabaseSync;
  close(): void;
}

/** Opens a state file that nobody else serves from, or makes it. */
export async function openStateFile(file: string): Promise<StateFile> {
  const path = locateStateFile(file);
  const where = `state file ${path}`;
  // Not every program that serves keeps its state, and some versions of Node warn of this module.
  const sqlite = await import("node:sqlite");
  checkStateFile(sqlite, path, where);
  const lock = takeLock(sqlite, path, where);
  try {
    const db = openDatabase(sqlite, path);
    return { where, db, close: () => closeAll(db, lock) };
  } catch (error) {
    lock.close();
    throw stateFailure(where, error);
  }
}

/**
 * A lock that the death of the process ends, on a file beside the state file: what a process holds on a file is
 * lost as soon as anything in it reads that file and closes it (POSIX, fcntl), and only of this one may we say that
 * nobody does. Should it fail all the same, each `put` still compares revisions.
 *
 * The file stays: who removed it could remove the lock of the next.
 */
function takeLock({ DatabaseSync }: Sqlite, path: string, where: string): DatabaseSync {
  const lock = new DatabaseSync(`${path}-lock`, { timeout: BUSY_MS });
  try {
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    const busy = (error as { errstr?: string }).errstr === "database is locked";
    if (!busy) throw stateFailure(`${where}-lock`, error);
    throw stateUnreadable(
      where,
      "is in use by another server; stop that one or name another file",
      error,
    );
  }
}

function openDatabase({ DatabaseSync }: Sqlite, path: string): DatabaseSync {
  // For its owner alone: environment variables of replicas are in it. SQLite gives its log the same mode.
  closeSync(openSync(path, "a", 0o600));
  const db = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
    const isNew = db.prepare("PRAGMA user_version").get()?.["user_version"] === 0;
    db.exec(isNew ? `${SCHEMA} COMMIT` : "COMMIT");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function closeAll(...databases: readonly DatabaseSync[]): void {
  for (const database of databases) if (database.isOpen) database.close();
}
