import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FileWatch } from "../../adapters/node/cli/file-watch.ts";

let folder = "";
let files: FileWatch;
const path = (...names: readonly string[]) => join(folder, ...names);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoserve-watch-"));
  files = new FileWatch();
});
afterEach(async () => {
  files.close();
  await rm(folder, { recursive: true });
});

it("tells of files it watches, and of no others beside them", async () => {
  await writeFile(path("a.ts"), "1");
  files.watch([path("a.ts")]);
  await writeFile(path("b.ts"), "1");
  await writeFile(path("a.ts"), "2");
  expect(await files.changed()).toEqual(["a.ts"]);
});

it("sees a file that is put in the place of another, as editors do", async () => {
  await writeFile(path("a.ts"), "1");
  files.watch([path("a.ts")]);
  await writeFile(path("a.ts~"), "2");
  await rename(path("a.ts~"), path("a.ts"));
  expect(await files.changed()).toEqual(["a.ts"]);
  files.watch([path("a.ts")]);
  await writeFile(path("a.ts"), "3");
  expect(await files.changed()).toEqual(["a.ts"]);
});

it("watches other files when it is told", async () => {
  files.watch([path("a.ts")]);
  await writeFile(path("a.ts"), "1");
  expect(await files.changed()).toEqual(["a.ts"]);
  await writeFile(path("a.ts"), "2");
  await writeFile(path("b.ts"), "1");
  files.watch([path("b.ts")]);
  await writeFile(path("b.ts"), "2");
  expect(await files.changed()).toContain("b.ts");
});

it("waits for a file whose folder is not there yet", async () => {
  files.watch([path("parts", "model", "a.ts")]);
  await mkdir(path("parts", "model"), { recursive: true });
  expect(await files.changed()).toEqual(["parts"]);
  files.watch([path("parts", "model", "a.ts")]);
  await writeFile(path("parts", "model", "a.ts"), "1");
  expect(await files.changed()).toEqual(["a.ts"]);
});

it("follows a folder that was made anew", async () => {
  await mkdir(path("parts"));
  await writeFile(path("parts", "a.ts"), "1");
  files.watch([path("parts", "a.ts")]);
  await rm(path("parts"), { recursive: true });
  expect(await files.changed()).toContain("a.ts");
  await mkdir(path("parts"));
  files.watch([path("parts", "a.ts")]);
  await writeFile(path("parts", "a.ts"), "2");
  expect(await files.changed()).toEqual(["a.ts"]);
});
