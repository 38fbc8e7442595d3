import {
  chmodSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { sqliteStore } from "../adapters/node/store.ts";
import { freshFile } from "./fixtures/fresh-file.ts";

const TEXT = "state ".repeat(2_000);

/** Where the header of a SQLite file has the number of a page: https://sqlite.org/fileformat.html */
const FIRST_FREE_PAGE = 32;

async function write(file: string): Promise<void> {
  const store = await sqliteStore(file);
  await store.put("target", TEXT, 0);
  await store.close();
}

function edit(file: string, statements: string): void {
  const db = new DatabaseSync(file);
  db.exec(statements);
  db.close();
}

/** What a killed writer leaves: a file whose newest content is in its log still. */
function withLog(file: string, statements: string): void {
  const db = new DatabaseSync(`${file}.live`);
  db.exec(`PRAGMA journal_mode = WAL; ${statements}`);
  for (const end of ["", "-wal", "-shm"]) copyFileSync(`${file}.live${end}`, `${file}${end}`);
  db.close();
  rmSync(`${file}.live`);
}

/** Every file of the folder with its content, but for the lock files, which have none that counts. */
function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => !/-(lock|shm)$/.test(name));
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(folder, name)).toString("base64")]),
  );
}

/** What can be where a state file is expected, and what is said of it. */
const refused: Readonly<
  Record<string, readonly [make: (file: string) => unknown, problem: RegExp]>
> = {
  "bytes of anything": [
    (file) => writeFileSync(file, "anything ".repeat(1_000)),
    /is damaged, or no state file at all \(file is not a database\); restore a copy of it, or move it away to start anew$/,
  ],
  "a single byte": [(file) => writeFileSync(file, "{"), /no state file at all/],
  "a database of another program": [
    (file) => edit(file, "CREATE TABLE books (title TEXT)"),
    /is the database of another program; name another file$/,
  ],
  "another program's database with a log": [
    (file) => withLog(file, "CREATE TABLE books (title TEXT)"),
    /is the database of another program/,
  ],
  "a file of a newer format": [
    async (file) => {
      await write(file);
      edit(file, "PRAGMA user_version = 2");
    },
    /has format 2, and this isoserve knows format 1 only; use the isoserve that wrote it or name another file$/,
  ],
  "a newer format that is in the log still": [
    (file) =>
      withLog(
        file,
        "PRAGMA application_id = 0x69736f73; PRAGMA user_version = 2; CREATE TABLE t (a)",
      ),
    /has format 2/,
  ],
  "a truncated file": [
    async (file) => {
      await write(file);
      truncateSync(file, 5_000);
    },
    /is damaged/,
  ],
  "an emptied file beside its log": [
    (file) => {
      withLog(file, "CREATE TABLE t (a)");
      truncateSync(file, 0);
    },
    /is empty, but its log .*state\.db-wal is not; restore it or remove both$/,
  ],
  "a changed document": [
    async (file) => {
      await write(file);
      edit(file, "UPDATE documents SET text = replace(text, 'a', 'b')");
    },
    /is damaged \(a document fails its checksum\)/,
  ],
  "a page that is in use and called free": [
    async (file) => {
      const store = await sqliteStore(file);
      await store.put("target", TEXT, 0);
      await store.put("target", "{}", 1);
      await store.close();
      const bytes = readFileSync(file);
      bytes.writeUInt32BE(2, FIRST_FREE_PAGE);
      writeFileSync(file, bytes);
    },
    /is damaged/,
  ],
  "a changed document, and a log": [
    async (file) => {
      const made = `${file}.made`;
      await write(made);
      const schema = "CREATE TABLE documents (key TEXT, revision INTEGER, text TEXT, sum TEXT)";
      const id = "PRAGMA application_id = 0x69736f73; PRAGMA user_version = 1";
      const copied = `ATTACH '${made}' AS made; INSERT INTO documents SELECT key, 7, text, sum FROM made.documents`;
      withLog(file, `${id}; ${schema}; ${copied}`);
    },
    /is damaged \(a document fails its checksum\)/,
  ],
};

describe("sqliteStore refuses, and leaves as it was,", () => {
  for (const [what, [make, problem]] of Object.entries(refused)) {
    it(what, async () => {
      const file = freshFile();
      await make(file);
      const before = contents(dirname(file));
      const error = await sqliteStore(file).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: "STATE_UNREADABLE" });
      expect(error.message).toMatch(problem);
      expect(error.message.startsWith(`state file ${file}: `)).toBe(true);
      expect(error.message).not.toContain("\n");
      expect(contents(dirname(file))).toEqual(before);
    });
  }
});

describe("sqliteStore, asked for what it can't have,", () => {
  it("finds a damaged byte before it changes anything, or gives the same document", async () => {
    const file = freshFile();
    await write(file);
    const whole = readFileSync(file);
    const outcomes = { refused: 0, same: 0 };
    // Each byte of the header, and a sample of the rest that meets every page.
    for (let at = 0; at < whole.length; at += at < 100 ? 1 : 61) {
      const bytes = Buffer.from(whole);
      bytes[at] = ~(bytes[at] ?? 0);
      writeFileSync(file, bytes);
      const store = await sqliteStore(file).catch((error) => error.code as string);
      if (typeof store === "string") {
        outcomes.refused += 1;
        expect(store, `byte ${at}`).toBe("STATE_UNREADABLE");
        expect(readFileSync(file).equals(bytes), `byte ${at}`).toBe(true);
      } else {
        outcomes.same += 1;
        expect(await store.get("target"), `byte ${at}`).toEqual({ text: TEXT, revision: 1 });
        await store.close();
      }
    }
    expect(outcomes.refused).toBeGreaterThan(100);
    expect(outcomes.same).toBeGreaterThan(10);
  }, 30_000);

  const nowhere: Readonly<Record<string, readonly [make: (file: string) => string, RegExp]>> = {
    "a missing folder": [
      (file) => join(file, "state.db"),
      /: its folder does not exist; create it/,
    ],
    "a folder": [dirname, /: is no file; name a file, such as one in it$/],
    "no name at all": [() => "", /: is no file/],
  };
  for (const [what, [place, problem]] of Object.entries(nowhere)) {
    it(`refuses ${what}`, async () => {
      const error = await sqliteStore(place(freshFile())).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: "STATE_UNREADABLE" });
      expect(error.message).toMatch(problem);
    });
  }

  // To root everything is permitted.
  it.skipIf(process.getuid?.() === 0).each([
    ["file", 0o444],
    ["folder", 0o555],
  ])("refuses a %s that it may not write", async (what, mode) => {
    const file = freshFile();
    await write(file);
    chmodSync(what === "file" ? file : dirname(file), mode);
    const message = expect.stringMatching(/EACCES.*; let this user read and write it/);
    const refusal = { code: "STATE_UNREADABLE", message };
    await expect(sqliteStore(file)).rejects.toMatchObject(refusal);
    chmodSync(what === "file" ? file : dirname(file), 0o755);
  });
});
