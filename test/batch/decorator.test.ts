import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { memory } from "../../adapters/memory/index.ts";
import * as isoserve from "../../src/index.ts";
import { batch, createServe, deployment } from "../../src/index.ts";
import type * as Fixture from "../fixtures/decorated.ts";

const folder = mkdtempSync(join(tmpdir(), "isoserve-decorated-"));
const serve = createServe(memory());
afterAll(() => rmSync(folder, { recursive: true }));

const { Decorated, Heir } = compiled();

/** The fixture as TypeScript compiles it: neither Node nor the transform of the tests knows decorators. */
function compiled(): typeof Fixture {
  const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const options = "--ignoreConfig --noCheck --noResolve --target es2022 --module commonjs".split(
    " ",
  );
  const more = ["--rewriteRelativeImportExtensions", "--outDir", folder];
  execFileSync(process.execPath, [
    at("node_modules/typescript/bin/tsc"),
    ...options,
    ...more,
    at("test/fixtures/decorated.ts"),
  ]);
  const exports = {};
  const run = new Function(
    "exports",
    "require",
    readFileSync(join(folder, "decorated.js"), "utf8"),
  );
  run(exports, () => isoserve);
  return exports as typeof Fixture;
}

describe("batch as a decorator", () => {
  it("makes a method of arrays one of items, for each instance its own", async () => {
    const [one, two] = [new Decorated(3), new Decorated(5)];
    const asked = [one.times(1), two.times(1), one.times(2), one.times(3)];
    expect(await Promise.all(asked)).toEqual([3, 5, 6, 9]);
    expect([one.batches(), two.batches()]).toEqual([[[1, 2], [3]], [[1]]]);
  });

  it("is called through a handle, and configured", async () => {
    const handle = await serve.run(deployment(Decorated).bind(2));
    await handle.resize(3);
    expect(await Promise.all([1, 2, 3].map((value) => handle.times(value)))).toEqual([2, 4, 6]);
    expect(await handle.batches()).toEqual([[1, 2, 3]]);
    await expect(handle.times("x" as never)).rejects.toThrow("no number");
    await serve.delete("default");
  });

  it("leaves a subclass its own method, which may call it", async () => {
    expect(await new Heir(3).times(2)).toBe(7);
  });

  it("is for methods of instances", () => {
    const decorate = batch() as unknown as (method: unknown, context: object) => void;
    const context = { kind: "method", name: "run", static: true };
    expect(() => decorate(() => [], context)).toThrow("batch: run can't be decorated");
    expect(() => decorate(undefined, { kind: "field", name: "run" })).toThrow("can't be decorated");
  });
});
