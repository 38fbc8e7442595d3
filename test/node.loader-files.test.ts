import { basename, dirname } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ModuleFiles } from "../adapters/node/module-files.ts";
import { appOf, loaderThread, project } from "./loader-project.ts";

const { load, loadTwice, files, end } = loaderThread();
afterAll(end);

const invalid = (message: string) =>
  expect.objectContaining({ code: "INVALID_APPLICATION", message: expect.stringMatching(message) });

describe("the files", () => {
  const names = async (app: string) =>
    (await files(app)).map((path) => `${basename(dirname(path))}/${basename(path)}`).sort();

  it("are those of the graph, and of a package its entry and its package.json", async () => {
    const imports =
      'import { value } from "./inner.ts"; import { value as packaged } from "#pkg"; import "node:fs";';
    await using made = await project({
      "app.ts": appOf("value, packaged", imports),
      "inner.ts": "export const value = 1;",
    });
    expect(await files(made.app)).toEqual([]);
    await load(made.app);
    const folder = basename(made.folder);
    expect(await names(made.app)).toEqual(
      [
        `${folder}/app.ts`,
        `${folder}/inner.ts`,
        `${folder}/package.json`,
        "isoserve/index.js",
        "isoserve/package.json",
        "pkg/index.js",
      ].sort(),
    );
  });

  it("of modules that load at the same time are kept apart", async () => {
    const slow = 'import "./shared.ts"; import { meet } from "meet"; await meet();';
    await using made = await project({
      "node_modules/meet/package.json": '{ "type": "module", "exports": "./index.js" }',
      "node_modules/meet/index.js": `const met = Promise.withResolvers();
        let there = 0;
        export const meet = () => (++there === 2 && met.resolve(), met.promise);`,
      "one.ts": appOf("value", `import { value } from "./of-one.ts"; ${slow}`),
      "two.ts": appOf("value", `import { value } from "./of-two.ts"; ${slow}`),
      "of-one.ts": "export const value = 1;",
      "of-two.ts": "export const value = 2;",
      "shared.ts": "await null;",
    });
    const [one, two] = await Promise.all([load(made.path("one.ts")), load(made.path("two.ts"))]);
    expect([one.bound, two.bound]).toEqual([[1], [2]]);
    const read = async (name: string) =>
      (await files(made.path(name))).filter((path) => path.endsWith(".ts")).map((p) => basename(p));
    expect(await read("one.ts")).toEqual(["one.ts", "of-one.ts", "shared.ts"]);
    expect(await read("two.ts")).toEqual(["two.ts", "of-two.ts", "shared.ts"]);
  });

  it("of a module that is loaded twice at the same time are read once", async () => {
    await using made = await project({ "app.ts": appOf("Math.random()", "await null;") });
    const [one, two] = await loadTwice(made.app);
    expect(one).toEqual(two);
  });
});

describe("ModuleFiles", () => {
  it("have one fingerprint in whatever order they were met", async () => {
    await using made = await project({ "app.ts": "one", "inner.ts": "two" });
    const met = (...names: string[]) => {
      const files = new ModuleFiles();
      for (const name of names) files.add(made.path(name));
      return files.fingerprint(made.folder);
    };
    expect(met("app.ts", "inner.ts")).toBe(met("inner.ts", "app.ts"));
    expect(met("app.ts", "inner.ts")).not.toBe(met("app.ts"));
    expect(met("app.ts")).not.toBe(met("inner.ts"));
  });
});

describe("a module that can't be loaded", () => {
  const imports = 'import { value } from "./value.ts";';

  it.each([
    ["throws", 'throw new Error("no weights");\nexport const value = 1;', "threw .*: no weights$"],
    [
      "has a syntax error",
      "\nexport const value = ;",
      "has a syntax error: .* \\(/.*value.ts:2\\)$",
    ],
    ["has one that V8 finds", "export const value = this.#gone;", "has a syntax error: Private"],
    [
      "lacks an export",
      "export const other = 1;",
      "does not provide an export named 'value' \\(/.*app.ts:1\\)$",
    ],
    ["has an enum", "export enum value { one }", "erasable syntax.* \\(/.*value.ts:1\\)$"],
    ["misses a module", 'import "./gone.ts";', "can't be imported: Cannot find module '.*gone.ts'"],
    ["misses a package", 'import "gone";', "Cannot find package 'gone'"],
    [
      "misses an attribute",
      'import "./package.json"; export const value = 1;',
      'package.json" needs an import attribute',
    ],
  ])("says so in one line, and loads once it is fixed: %s", async (_what, broken, message) => {
    await using made = await project({ "app.ts": appOf("value", imports), "value.ts": broken });
    await expect(load(made.app)).rejects.toEqual(invalid(message));
    await expect(load(made.app)).rejects.toEqual(invalid("^/[^?\n]*$"));
    expect(await files(made.app)).toContain(made.path("value.ts"));
    await made.write({ "value.ts": "export const value = 1;" });
    expect((await load(made.app)).bound).toEqual([1]);
  });

  it("is loaded anew when what it missed appears", async () => {
    await using made = await project({ "app.ts": appOf("value", imports) });
    await expect(load(made.app)).rejects.toEqual(invalid("Cannot find module"));
    expect(await files(made.app)).toContain(made.path("value.ts"));
    await made.write({ "value.ts": "export const value = 1;" });
    expect((await load(made.app)).bound).toEqual([1]);
  });

  it("is refused when a file of it was deleted", async () => {
    await using made = await project({
      "app.ts": appOf("value", imports),
      "value.ts": "export const value = 1;",
    });
    const first = await load(made.app);
    await made.remove("value.ts");
    await expect(load(made.app)).rejects.toEqual(invalid("Cannot find module"));
    await made.write({ "value.ts": "export const value = 1;" });
    expect(await load(made.app)).toMatchObject({ bound: [1], version: first.version });
    await made.remove("app.ts");
    await expect(load(made.app)).rejects.toEqual(invalid("app.ts: no such file$"));
  });

  it.each([
    ["nowhere/app.ts", "^nowhere/app.ts: no such file \\(looked for /.*/nowhere/app.ts\\)$"],
    ["file://host/app.ts", "^file://host/app.ts: no path and no file: URL"],
  ])("is refused: %s", async (importPath, message) => {
    await expect(load(importPath)).rejects.toEqual(invalid(message));
  });

  it("tells of its exports by the path that was given", async () => {
    await using made = await project({ "app.ts": appOf("1") });
    await expect(load(`${made.app}#gone`)).rejects.toEqual(
      invalid('app.ts has no export "gone"; it exports default, other: name one as /.*#'),
    );
    await expect(load(made.app, {})).rejects.toEqual(invalid("takes no args"));
  });
});
