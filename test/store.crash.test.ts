import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { sqliteStore } from "../adapters/node/store.ts";
import { freshFile } from "./fixtures/fresh-file.ts";

const WRITER = fileURLToPath(new URL("./fixtures/state-writer.ts", import.meta.url));
const IN_USE = "is in use by another server; stop that one or name another file";

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** The process that writes to `file`, and its lines as they come. */
function startWriter(file: string) {
  const child = spawn(process.execPath, [WRITER, file], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string | undefined> => {
    const { done, value } = await lines.next();
    return done ? undefined : value;
  };
  return { child, nextLine };
}

/** Starts a writer, kills it after so many lines, and gives the last revision that it called safe. */
async function killedAfter(lines: number, file: string): Promise<number> {
  const { child, nextLine } = startWriter(file);
  const exited = once(child, "exit");
  let last = 0;
  for (let seen = 0; ; seen++) {
    if (seen === lines) child.kill("SIGKILL");
    const line = await nextLine();
    if (line === undefined) break;
    if (line !== "opening") last = Number(line);
  }
  expect(await exited).toEqual([null, "SIGKILL"]);
  return last;
}

/** The revision that a file holds, after a check that its document is whole. */
async function revisionIn(file: string): Promise<number> {
  const store = await sqliteStore(file);
  const document = await store.get("target");
  await store.close();
  if (document) {
    const { text, revision } = document;
    expect(text.replaceAll("x", "")).toBe(`${revision}::${revision}`);
  }
  return document?.revision ?? 0;
}

describe("a process that writes to a state file", () => {
  it("leaves the document before or the one after, wherever it is killed", async () => {
    let file = "";
    for (let kill = 0; kill < 20; kill++) {
      // Every second time it is the first that writes to the file.
      if (kill % 2 === 0) file = freshFile();
      const before = kill % 2 === 0 ? 0 : await revisionIn(file);
      const lines = Math.floor(Math.random() * 8) + 1;
      const safe = Math.max(before, await killedAfter(lines, file));
      expect([safe, safe + 1], `killed after ${lines} lines`).toContain(await revisionIn(file));
    }
  }, 60_000);

  it("has it alone until its death, and who comes meanwhile changes nothing", async () => {
    const file = freshFile();
    const { child, nextLine } = startWriter(file);
    for (const line of ["opening", "1", "2"]) expect(await nextLine()).toBe(line);
    await expect(sqliteStore(file)).rejects.toMatchObject({
      code: "STATE_UNREADABLE",
      message: `state file ${file}: ${IN_USE}`,
    });
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    expect(await revisionIn(file)).toBeGreaterThanOrEqual(2);
  });

  it("is refused while this one serves, also after this one read the file", async () => {
    const file = freshFile();
    const store = await sqliteStore(file);
    await store.put("target", "mine", 0);
    // It would end a lock that this process had on the file itself.
    readFileSync(file);
    const { nextLine } = startWriter(file);
    expect([await nextLine(), await nextLine()]).toEqual([
      "opening",
      `state file ${file}: ${IN_USE}`,
    ]);
    expect(await store.put("target", "still mine", 1)).toBe(2);
    await store.close();
  });
});
