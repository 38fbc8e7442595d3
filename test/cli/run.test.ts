import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { isoserve, ROOT, start } from "./command.ts";

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

const appOf = (answer: string) => `
import { deployment } from ${JSON.stringify(`${ROOT}/dist/adapters/node/entry.js`)};
class Api { fetch() { return ${JSON.stringify(answer)}; } }
export default deployment(Api).bind();
`;

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
    [["--replicas", "Nobody=2"], 'Nobody" is no deployment of the application; it has Api', 2],
    [["--route-prefix", "digits"], 'It must be "/" or like', 2],
    [["--name", "a/b"], "A name has letters", 2],
    [["--gpus", "many"], "An amount is a number", 2],
    [["--admin-host", "0.0.0.0", "--admin-port", "0"], "set a token", 1],
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
    const { code, stdout } = await server.ended;
    expect(stdout).toContain("  Api: 2 replicas\n");
    expect(code).toBe(0);
  });

  it("ends in good order while it still starts", async () => {
    await writeFile(
      join(folder, "slow.ts"),
      `${appOf("").replace("class Api {", "class Api { init() { console.log('loading'); return new Promise(() => setInterval(() => {}, 1000)); }")}`,
    );
    const server = start(["run", join(folder, "slow.ts"), "--port", "0"]);
    await server.complained(/loading/);
    server.process.kill("SIGINT");
    const { code, stderr } = await server.ended;
    expect(code).toBe(0);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("serves what a configuration lists, how it says", async () => {
    await writeFile(join(folder, "one.ts"), appOf("one"));
    await writeFile(join(folder, "two.ts"), appOf("two"));
    const config = `httpOptions: { port: 0, bodyLimitBytes: 4 }
applications:
  - { name: one, importPath: ./one.ts, routePrefix: /1 }
  - name: two
    importPath: ./two.ts
    routePrefix: /2
    deployments: [{ name: Api, numReplicas: 2 }]
`;
    await writeFile(join(folder, "serve.yaml"), config);
    const server = start(["run", join(folder, "serve.yaml"), "--admin-port", "0"]);
    const [, address = ""] = await server.printed(/served at (http:\S+), /);
    const [shown] = await server.printed(/^[\s\S]*isoserve/);
    expect(shown).toContain("  one/Api: 1 replica\n  two/Api: 2 replicas\n");
    expect(await (await fetch(address)).text()).toBe("one");
    expect(await (await fetch(new URL("/2", address))).text()).toBe("two");
    const large = await fetch(address, { method: "POST", body: "12345" });
    expect(large.status).toBe(413);
    server.process.kill("SIGTERM");
    expect(await server.ended).toMatchObject({ code: 0 });
  });

  it("tells by line and column what is wrong with a configuration and its code", async () => {
    await writeFile(join(folder, "one.ts"), appOf("one"));
    await writeFile(
      join(folder, "wrong.yaml"),
      "applications:\n  - importPath: ./one.ts\n    deployments:\n      - name: Ap\n",
    );
    const { code, stderr } = await run(join(folder, "wrong.yaml"));
    expect(stderr).toBe(
      `${join(folder, "wrong.yaml")}:4:9 applications[0].deployments[0].name "Ap" is no deployment of the application; did you mean Api?\n`,
    );
    expect(code).toBe(2);
  });

  it("takes no flags of modules for a configuration", async () => {
    const { code, stderr } = await run("serve.yaml", "--replicas", "Api=2", "--name", "a");
    expect(stderr).toBe(
      "isoserve: --name, --replicas: only for a module; change serve.yaml instead\n",
    );
    expect(code).toBe(2);
  });
});

describe("isoserve run --watch", () => {
  it("deploys again what has changed, and outlives what is wrong", async () => {
    const part = join(folder, "part.ts");
    await writeFile(part, 'export const answer = "before";');
    await writeFile(
      join(folder, "watched.ts"),
      `import { answer } from "./part.ts";\n${appOf("").replace('""', "answer")}`,
    );
    const server = start(["run", join(folder, "watched.ts"), "--watch", "--port", "0"]);
    const [, address = ""] = await server.printed(/served at (http:\S+)/);
    expect(await (await fetch(address)).text()).toBe("before");

    await writeFile(part, "export const answer = ;");
    await server.complained(/syntax error[\s\S]*waiting for a change/);
    expect(await (await fetch(address)).text()).toBe("before");

    await writeFile(part, 'export const answer = "after";');
    await server.printed(/part.ts changed\n.*part.ts changed\n[\s\S]*served at/);
    expect(await (await fetch(address)).text()).toBe("after");
    server.process.kill("SIGINT");
    expect(await server.ended).toMatchObject({ code: 0 });
  });

  it("follows a configuration, from the first one that is right", async () => {
    await writeFile(join(folder, "one.ts"), appOf("one"));
    const path = join(folder, "watched.yaml");
    const config = "applications:\n  - importPath: ./one.ts\n    deployments: [{ name: Ap }]\n";
    await writeFile(path, config);
    const server = start(["run", path, "--watch", "--port", "0"]);
    await server.complained(/watched.yaml:3:21 .* did you mean Api\?\nisoserve: waiting/);
    await writeFile(path, config.replace("Ap }", "Api, numReplicas: 3 }"));
    await server.printed(/watched.yaml changed\n {2}Api: 3 replicas/);
    server.process.kill("SIGINT");
    expect(await server.ended).toMatchObject({ code: 0 });
  });
});
