import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { sqliteStore } from "../adapters/node/store.ts";
import { freshFile } from "./fixtures/fresh-file.ts";
import { storeCases } from "./store.suite.ts";

async function write(file: string): Promise<void> {
  const store = await sqliteStore(file);
  await store.put("target", "{}", 0);
  await store.close();
}

describe("sqliteStore", () => {
  for (const { name, run } of storeCases) {
    it(name, () => {
      const file = freshFile();
      return run(() => sqliteStore(file));
    });
  }

  it("makes an empty file its own", async () => {
    const file = freshFile();
    writeFileSync(file, "");
    await write(file);
    expect(readFileSync(file, "latin1")).toMatch(/^SQLite format 3/);
  });

  it("leaves no more than the file and an empty lock file when it is closed", async () => {
    const file = freshFile();
    const folder = dirname(file);
    const store = await sqliteStore(file);
    const names = ["state.db", "state.db-lock"];
    expect(readdirSync(folder).sort()).toEqual([...names, "state.db-shm", "state.db-wal"]);
    await store.close();
    expect(readdirSync(folder).sort()).toEqual(names);
    expect(readFileSync(`${file}-lock`)).toHaveLength(0);
  });

  it("is readable for its owner alone, its log too", async () => {
    const file = freshFile();
    const store = await sqliteStore(file);
    await store.put("target", "{}", 0);
    const modes = [file, `${file}-wal`].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600]);
    await store.close();
  });

  it("can be read by others meanwhile, and a change of theirs is a conflict", async () => {
    const file = freshFile();
    const store = await sqliteStore(file);
    await store.put("target", "{}", 0);
    const other = new DatabaseSync(file);
    other.exec("UPDATE documents SET revision = 2");
    other.close();
    await expect(store.put("target", "lost", 1)).rejects.toMatchObject({ code: "CONFLICT" });
    await store.close();
  });

  it("is refused while the same process has it open, by whatever name", async () => {
    const file = freshFile();
    const link = join(dirname(file), "link.db");
    const store = await sqliteStore(file);
    symlinkSync(file, link);
    const message = expect.stringContaining(`state file ${file}: is in use by another server`);
    await expect(sqliteStore(link)).rejects.toMatchObject({ message });
    await store.close();
    await (await sqliteStore(link)).close();
  });
});
