import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { messageOf, ServeError } from "../../../src/errors.ts";
import { stateUnreadable } from "../../../src/state-store.ts";
import { DAMAGED, documentOf, type Row } from "./row.ts";

export type Sqlite = typeof import("node:sqlite");

/** "isos": what SQLite and the command `file` know a state file by. */
export const APPLICATION_ID = 0x69_73_6f_73;
/** Another number for each change that an older isoserve would misread. */
export const FORMAT = 1;
/** A page. SQLite takes a file of one byte for an empty one. */
const SMALLEST = 512;
/** How long to wait for another process: for one that is just ending. */
export const BUSY_MS = 1_000;

/**
 * Refuses a file that is not ours, of another format or damaged, before anything opens it for writing: that alone
 * would move the log of a killed process into it.
 */
export function checkStateFile({ DatabaseSync }: Sqlite, path: string, where: string): void {
  const log = `${path}-wal`;
  const size = sizeOf(path);
  if (size === 0 && sizeOf(log) === 0) return;
  if (size === 0) {
    // SQLite would delete the log, which may hold everything.
    throw stateUnreadable(where, `is empty, but its log ${log} is not; restore it or remove both`);
  }
  const url = pathToFileURL(path);
  // Without a log nothing is pending, so SQLite needs no files beside this one, which it would leave there.
  if (sizeOf(log) === 0) url.searchParams.set("immutable", "1");
  const db = new DatabaseSync(url, { readOnly: true, timeout: BUSY_MS });
  try {
    if (size < SMALLEST) throw new Error("file is not a database");
    if (isEmpty(db)) return;
    checkHeader(db, where);
    checkContent(db, where);
  } catch (error) {
    if (error instanceof ServeError) throw error;
    // SQLite quotes what it stumbled over.
    const detail = messageOf(error).replaceAll(/[\s\p{C}]+/gu, " ");
    const problem = `is damaged, or no state file at all (${detail})`;
    throw stateUnreadable(where, `${problem}; ${DAMAGED}`, error);
  } finally {
    db.close();
  }
}

/** So is a file that its maker was killed over, or that a script made in advance. */
function isEmpty(db: DatabaseSync): boolean {
  const [id, format] = [header(db, "application_id"), header(db, "user_version")];
  return id === 0 && format === 0 && !db.prepare("SELECT 1 FROM sqlite_schema").get();
}

function checkHeader(db: DatabaseSync, where: string): void {
  if (header(db, "application_id") !== APPLICATION_ID) {
    throw stateUnreadable(where, "is the database of another program; name another file");
  }
  const format = header(db, "user_version");
  if (format !== FORMAT) {
    throw stateUnreadable(
      where,
      `has format ${format}, and this isoserve knows format ${FORMAT} only; use the isoserve that wrote it or name another file`,
    );
  }
}

function checkContent(db: DatabaseSync, where: string): void {
  const { integrity_check: found } = db.prepare("PRAGMA integrity_check(1)").get() ?? {};
  if (found !== "ok") throw new Error(String(found));
  for (const row of db.prepare("SELECT * FROM documents").iterate()) {
    documentOf(row as unknown as Row, where);
  }
}

function header(db: DatabaseSync, field: string): unknown {
  return db.prepare(`PRAGMA ${field}`).get()?.[field];
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
