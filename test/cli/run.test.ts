import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { isoserve, start } from "./command.ts";

vi.setConfig({ testTimeout: 20_000 });

const BAD = "test/fixtures/bad";
let folder = "";

// Files that no tool should have to parse are written only when they are needed.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoserve-cli-"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "syntax.ts"), "export default class {");
  await writeFile(join(folder, "enum.ts"), "export enum Colour { Red }");
  await writeFile(join(folder, "decorated.ts"), "@sealed\nexport class Api {}");
  await writeFile(join(folder, "missing.ts"), 'import "./not-there.ts";');
});
afterAll(() => rm(folder, { recursive: true }));

const run = (...args: readonly string[]) => isoserve("run", "--port", "0", ...args);

describe("isoserve run, given what can't work", () => {
  it.each([
    ["a file that is not there", "nowhere.ts", "nowhere.ts: no such file"],
    ["no application", `${BAD}/no-export.ts`, 'has no export "default"; export one:'],
    [
      "an export that is not there",
      `${BAD}/works.ts#other`,
      'has no export "other"; it exports default',
    ],
    [
      "a constructor that throws",
      `${BAD}/throws.ts`,
      "default/Broken failed to start: the weights are missing",
    ],
    ["an unknown option", `${BAD}/unknown-option.ts`, "unknown option numReplica"],
    ["a module that runs itself", `${BAD}/runs-itself.ts`, "guard it: if (import.meta.main)"],
  ])("says so in one line: %s", async (_what, module, line) => {
    const { code, stderr } = await run(module);
    expect(stderr).toContain(line);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(1);
  });

  it.each([
    ["syntax.ts", "has a syntax error"],
    ["enum.ts", "erasable syntax"],
    ["decorated.ts", "decorators"],
    ["missing.ts", "can't be imported: Cannot find module"],
  ])("says what is wrong with %s", async (file, line) => {
    const { code, stderr } = await run(join(folder, file));
    expect(stderr).toContain(line);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(1);
  });

  it.each([
    [["--port", "99999"], "A port is a whole number", 2],
    [["--replicas", "Api"], "NAME=N", 2],
    [["--replicas", "Nobody=2"], "has no deployment Nobody; it has Api", 1],
    [["--route-prefix", "digits"], "option routePrefix must be", 1],
    [["--host", "203.0.113.1"], "is no address of this machine", 1],
  ])("refuses %s", async (flags, line, exitCode) => {
    const { code, stderr } = await run(`${BAD}/works.ts`, ...flags);
    expect(stderr).toContain(line);
    expect(code).toBe(exitCode);
  });

  it("says that a port is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    const { code, stderr } = await isoserve("run", `${BAD}/works.ts`, "--port", String(port));
    expect(stderr).toContain(
      `port ${port} of 127.0.0.1 is in use; take another (--port ${port + 1})`,
    );
    expect(code).toBe(1);
    other.close();
  });
});

describe("isoserve run", () => {
  it("takes its flags, drains on SIGINT and exits with 0", async () => {
    const flags = ["--name", "app", "--route-prefix", "/api", "--replicas", "Api=2", "--port", "0"];
    const server = start(["run", `${BAD}/works.ts`, ...flags]);
    const [, address = ""] = await server.printed(/served at (http:\S+)/);
    expect(address).toMatch(/\/api$/);
    expect(await (await fetch(address)).text()).toBe("fine");
    const routes = await fetch(new URL("/-/routes", address));
    expect(await routes.json()).toEqual({ "/api": "app" });
    server.process.kill("SIGINT");
    expect(await server.ended).toMatchObject({ code: 0 });
  });
});
