import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { appOf, loaderThread, project } from "./loader-project.ts";

const { load, end } = loaderThread();
afterAll(end);

describe("Node's loader", () => {
  it("finds an application by path or URL, and says how replicas find it", async () => {
    await using made = await project({ "app.ts": appOf("1") });
    const url = pathToFileURL(made.app).href;
    expect(await load(made.app)).toMatchObject({ code: url, bound: [1] });
    expect(await load(url)).toMatchObject({ code: url, bound: [1] });
    expect(await load(`${url}#other`)).toMatchObject({ code: `${url}#other`, bound: ["other"] });
  });

  it("takes folders with # and % in their name", async () => {
    await using made = await project({ "c# 100%/app.ts": appOf("1") });
    const file = made.path("c# 100%/app.ts");
    const { code, bound, reference } = await load(`${file}#other`);
    expect(bound).toEqual(["other"]);
    expect(code).toBe(`${pathToFileURL(file).href}#other`);
    expect(await load(String(code))).toMatchObject({ code, bound });
    expect(reference).toEqual({ importPath: code, args: undefined });
  });

  it("evaluates nothing anew while the files are the same", async () => {
    await using made = await project({ "app.ts": appOf("Math.random()") });
    const first = await load(made.app);
    expect(await load(made.app)).toEqual(first);
    // Written, but not changed.
    await made.write({ "app.ts": appOf("Math.random()") });
    expect(await load(made.app)).toEqual(first);
    await made.write({ "unrelated.ts": "export {};" });
    expect(await load(made.app)).toEqual(first);
  });

  it("gives the same version wherever the project lies", async () => {
    const text = { "app.ts": appOf("value", 'import { value } from "./value.ts";') };
    await using one = await project({ ...text, "value.ts": "export const value = 1;" });
    await using two = await project({ ...text, "value.ts": "export const value = 1;" });
    expect((await load(one.app)).version).toBe((await load(two.app)).version);
  });

  it("gives exports and arguments versions of their own", async () => {
    await using made = await project({
      "app.ts": `import { deployment } from "isoserve";
        class Leaf { constructor(...args: unknown[]) {} }
        export const one = (args: unknown) => deployment(Leaf).bind(args);
        export const two = one;`,
    });
    const loads = await Promise.all([
      load(`${made.app}#one`),
      load(`${made.app}#two`),
      load(`${made.app}#one`, { a: 1, b: [{ c: 1 }] }),
      load(`${made.app}#one`, { a: 1, b: [{ c: 2 }] }),
    ]);
    expect(new Set(loads.map(({ version }) => version)).size).toBe(4);
    expect(loads[0]?.bound).toEqual([{}]);
    expect(loads[3]?.bound).toEqual([{ a: 1, b: [{ c: 2 }] }]);
    expect(loads[3]?.code).toEqual({
      module: `${pathToFileURL(made.app).href}#one`,
      args: { a: 1, b: [{ c: 2 }] },
    });
    expect(loads[3]?.reference).toEqual({
      importPath: `${pathToFileURL(made.app).href}#one`,
      args: { a: 1, b: [{ c: 2 }] },
    });
    const reordered = await load(`${made.app}#one`, { b: [{ c: 1 }], a: 1 });
    expect(reordered.version).toBe(loads[2]?.version);
  });
});

describe("a change", () => {
  const cases: readonly [string, string, string, Record<string, string>, Record<string, string>][] =
    [
      ["the module itself", "1", "", {}, { "app.ts": appOf("2") }],
      [
        "a module it imports",
        "value",
        'import { value } from "./value.ts";',
        { "value.ts": "export const value: number = 1;" },
        { "value.ts": "export const value: number = 2;" },
      ],
      [
        "one that those import, in a cycle",
        "value()",
        'import { value } from "./folder/even.ts";',
        {
          "folder/even.ts": 'import { odd } from "./odd.ts"; export const value = () => odd();',
          "folder/odd.ts": 'import "./even.ts"; export const odd = () => 1;',
        },
        { "folder/odd.ts": 'import "./even.ts"; export const odd = () => 2;' },
      ],
      [
        "a JSON module",
        "value.value",
        'import value from "./value.json" with { type: "json" };',
        { "value.json": '{ "value": 1 }' },
        { "value.json": '{ "value": 2 }' },
      ],
      [
        "a module imported while it is evaluated",
        "value",
        'const { value } = await import("./value.ts");',
        { "value.ts": "await null; export const value = 1;" },
        { "value.ts": "await null; export const value = 2;" },
      ],
      [
        "a module of a package's imports",
        "value",
        'import { value } from "#inner";',
        { "inner.ts": "export const value = 1;" },
        { "inner.ts": "export const value = 2;" },
      ],
      [
        "a module by an alias of another hook",
        "value",
        'import { value } from "@/inner";',
        { "inner.ts": "export const value = 1;" },
        { "inner.ts": "export const value = 2;" },
      ],
    ];
  it.each(cases)("of %s is seen", async (_what, expression, imports, before, after) => {
    await using made = await project({ "app.ts": appOf(expression, imports), ...before });
    const first = await load(made.app);
    expect(first.bound).toEqual([1]);
    await made.write(after);
    const second = await load(made.app);
    expect(second.bound).toEqual([2]);
    expect(second.version).not.toBe(first.version);
    expect(await load(made.app)).toEqual(second);
  });

  it("and back again gives the first version", async () => {
    await using made = await project({ "app.ts": appOf("1") });
    const first = await load(made.app);
    await made.write({ "app.ts": appOf("2") });
    await load(made.app);
    await made.write({ "app.ts": appOf("1") });
    const { identity, ...again } = await load(made.app);
    expect(first).toMatchObject(again);
    expect(identity).not.toBe(first.identity);
  });

  it.each([
    ["version", { "node_modules/pkg/package.json": '{ "exports": "./index.js", "version": "2" }' }],
    ["entry file", { "node_modules/pkg/index.js": 'export const value = "new";' }],
  ])("of a package's %s is seen, but this thread keeps the package", async (_what, change) => {
    const app = appOf("value", 'import { value } from "pkg";');
    await using made = await project({ "app.ts": app });
    const first = await load(made.app);
    await made.write(change);
    const second = await load(made.app);
    expect(second.version).not.toBe(first.version);
    expect(second.bound).toEqual(["packaged"]);
  });

  it("of CommonJS is seen where it is imported, but this thread keeps it", async () => {
    const imports = `import { createRequire } from "node:module";
      import imported from "./imported.cjs";
      const required = createRequire(import.meta.url)("./required.cjs");`;
    const files = { "imported.cjs": "module.exports = 1;", "required.cjs": "module.exports = 1;" };
    await using made = await project({ "app.ts": appOf("imported, required", imports), ...files });
    const first = await load(made.app);
    expect(first.bound).toEqual([1, 1]);
    await made.write({ "imported.cjs": "module.exports = 2;" });
    const second = await load(made.app);
    expect(second.version).not.toBe(first.version);
    expect(second.bound).toEqual([1, 1]);
    await made.write(files);
    expect((await load(made.app)).version).toBe(first.version);
  });

  it("of what it only reads is not", async () => {
    const app = appOf(
      'readFileSync(new URL("./asset.txt", import.meta.url), "utf8")',
      'import { readFileSync } from "node:fs";',
    );
    await using made = await project({ "app.ts": app, "asset.txt": "one" });
    const first = await load(made.app);
    expect(first.bound).toEqual(["one"]);
    await made.write({ "asset.txt": "two" });
    expect(await load(made.app)).toEqual(first);
  });
});

describe("paths in a module", () => {
  it("are those of its file", async () => {
    const app = appOf("import.meta.dirname, import.meta.filename, fileURLToPath(import.meta.url)");
    const imports = 'import { fileURLToPath } from "node:url";\n';
    await using made = await project({ "app.ts": imports + app });
    expect((await load(made.app)).bound).toEqual([made.folder, made.app, made.app]);
  });
});
