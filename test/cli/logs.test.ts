import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { isoserve, ROOT, type Running, start } from "./command.ts";

vi.setConfig({ testTimeout: 20_000 });

const APP = `
import { deployment, log } from ${JSON.stringify(`${ROOT}/dist/adapters/node/entry.js`)};
class Api {
  fetch(request) {
    if (request.url.endsWith("/fail")) throw new Error("a secret");
    log.debug("asked", { deep: { er: 1 } });
    console.log("spoken");
    return "fine";
  }
}
export default deployment(Api).bind();
`;

let folder = "";
let server: Running | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoserve-logs-"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "app.ts"), APP);
});
afterEach(() => server?.process.kill());
afterAll(() => rm(folder, { recursive: true }));

async function run(...flags: readonly string[]) {
  const running = start(["run", ...flags, "--port", "0"], folder);
  server = running;
  const [, address = ""] = await running.printed(/served at (http:\S+)/);
  const ask = (path: string, init?: RequestInit) => fetch(new URL(path, address), init);
  const end = async () => {
    running.process.kill("SIGTERM");
    return (await running.ended).stderr;
  };
  return { running, ask, end };
}

/** The host's own lines may be ahead of those that threads send it: here the latter come first. */
const linesOf = (stderr: string) => {
  const lines = stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return [...lines.filter(({ replica }) => replica), ...lines.filter(({ replica }) => !replica)];
};

describe("the log of isoserve run", () => {
  it("is JSON on stderr where that is no terminal, with a line for each request", async () => {
    const { ask, end } = await run("app.ts");
    await ask("/a?secret=1", { headers: { "x-request-id": "given" } });
    await ask("/fail");
    const [spoken, access, failed, failedAccess, ...others] = linesOf(await end());
    const origin = { application: "default", deployment: "Api" };
    const replica = "default/Api#1";
    const requestId = "given";
    expect(spoken).toMatchObject({ level: "info", ...origin, replica, requestId });
    expect(spoken).toMatchObject({ message: "spoken", time: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect(access).toMatchObject({ level: "info", message: "request", ...origin, requestId });
    expect(access).toMatchObject({ method: "GET", path: "/a", status: 200, route: "/" });
    const error = { name: "Error", message: "a secret", stack: expect.stringContaining("app.ts") };
    expect(failed).toMatchObject({ level: "error", message: "request failed", ...origin, error });
    expect(failedAccess).toMatchObject({ requestId: failed?.["requestId"], status: 500 });
    expect(others).toEqual([]);
  });

  it("is text where that is asked for, at the level that is", async () => {
    const { ask, end } = await run("app.ts", "--log-format", "text", "--log-level", "debug");
    await ask("/a", { headers: { "x-request-id": "given" } });
    const lines = (await end()).trim().split("\n");
    expect(lines).toHaveLength(3);
    for (const line of [
      /^\S+Z DEBUG default\/Api#1 \[given\] asked deep=\{"er":1\}$/,
      /^\S+Z INFO {2}default\/Api#1 \[given\] spoken$/,
      /^\S+Z INFO {2}default\/Api \[given\] GET \/a 200 \d+\.\d ms$/,
    ])
      expect(lines).toContainEqual(expect.stringMatching(line));
  });

  it("has no line for requests with --no-access-log", async () => {
    const { ask, end } = await run("app.ts", "--no-access-log");
    await ask("/a");
    expect(linesOf(await end()).map(({ message }) => message)).toEqual(["spoken"]);
  });

  it("goes by what a configuration says at each level, and flags go first", async () => {
    const config = `logging: { level: debug, accessLog: false }
applications:
  - { name: one, importPath: ./app.ts, routePrefix: /1, logging: { accessLog: true } }
  - name: two
    importPath: ./app.ts
    routePrefix: /2
    logging: { level: error }
    deployments: [{ name: Api, logging: { level: debug } }]
  - { name: three, importPath: ./app.ts, routePrefix: /3, logging: { level: "off" } }
`;
    await writeFile(join(folder, "serve.yaml"), config);
    const { ask, end } = await run("serve.yaml", "--log-level", "info");
    for (const path of ["/1", "/2", "/3"]) await ask(path);
    const lines = linesOf(await end());
    expect(lines.map(({ application, message }) => `${application}: ${message}`)).toEqual([
      "one: spoken",
      "two: asked",
      "two: spoken",
      "one: request",
    ]);
  });

  it.each([
    ["--log-level", "loud"],
    ["--log-format", "xml"],
  ])("refuses %s %s", async (flag, value) => {
    const { code, stderr } = await isoserve("run", "app.ts", flag, value);
    expect(stderr).toContain(`${value}' is invalid. Allowed choices are`);
    expect(code).toBe(2);
  });
});

describe("the log of a program", () => {
  it("is complete when the program exits", async () => {
    const program = `
      import { log } from ${JSON.stringify(`${ROOT}/dist/adapters/node/entry.js`)};
      for (let line = 1; line <= 1000; line += 1) log.error("line", { line });
      process.exit(1);
    `;
    await writeFile(join(folder, "program.ts"), program);
    const { stderr } = spawnSync(process.execPath, [join(folder, "program.ts")], {
      encoding: "utf8",
    });
    const lines = linesOf(stderr);
    expect(lines).toHaveLength(1000);
    expect(lines.at(-1)).toMatchObject({ level: "error", message: "line", line: 1000 });
  });
});

describe("a running server", () => {
  it("says that its own log needs a restart to change, and changes that of applications", async () => {
    const flags = ["--port", "0", "--admin-port", "0"];
    const running = start(["start", "--log-level", "warn", ...flags], folder);
    server = running;
    const [, address = "", admin = ""] = await running.printed(/at (http:\S+), .*at (http:\S+)/);
    const deploy = async (config: string) => {
      await writeFile(join(folder, "deployed.yaml"), config);
      return start(["deploy", "deployed.yaml", "--address", admin], folder).ended;
    };
    const other = await deploy("logging: { level: info }\napplications: []\n");
    expect(other.stderr).toContain('logging.level needs a restart: the server runs with "warn"');
    expect(other.code).toBe(1);
    await deploy("applications: [{ importPath: ./app.ts }]\n");
    await fetch(address);
    const chatty = "applications: [{ importPath: ./app.ts, logging: { level: info } }]\n";
    expect(await deploy(chatty)).toMatchObject({ code: 0 });
    await fetch(address);
    running.process.kill("SIGTERM");
    const lines = linesOf((await running.ended).stderr);
    expect(lines.map(({ message }) => message)).toEqual(["spoken", "request"]);
    expect(lines[0]).toMatchObject({ replica: "default/Api#1" });
  });
});
