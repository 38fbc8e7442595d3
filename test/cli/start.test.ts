import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Ended, ROOT, type Running, start } from "./command.ts";

vi.setConfig({ testTimeout: 30_000 });

let folder = "";
const servers: Running[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoserve-start-"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(
    join(folder, "app.ts"),
    `import { deployment } from ${JSON.stringify(`${ROOT}/dist/adapters/node/entry.js`)};
class Api {
  #answer: string;
  constructor(answer = "fine") { this.#answer = answer; }
  fetch() { return this.#answer; }
}
class Broken { constructor() { throw new Error("no weights"); } }
export default deployment(Api).bind();
export const broken = deployment(Broken, { maxConstructorRetries: 1 }).bind();
export const built = ({ answer }: { answer: string }) => deployment(Api).bind(answer);
`,
  );
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  await write("one.yaml", "applications:\n  - importPath: ./app.ts\n");
  await write(
    "two.yaml",
    `applications:
  - importPath: ./app.ts
    deployments: [{ name: Api, numReplicas: 2 }]
  - { name: built, routePrefix: /built, importPath: "./app.ts#built", args: { answer: made } }
`,
  );
  await write("broken.yaml", 'applications:\n  - importPath: "./app.ts#broken"\n');
});
afterEach(() => {
  for (const { process } of servers.splice(0)) process.kill("SIGKILL");
});
afterAll(() => rm(folder, { recursive: true }));

interface Started extends Running {
  readonly url: string;
  /** Runs a client command against it. */
  ask(...args: readonly string[]): Promise<Ended>;
}

async function startServer(...flags: readonly string[]): Promise<Started> {
  const server = start(["start", "--admin-port", "0", ...flags], folder);
  servers.push(server);
  const [, url = "", admin] = await server.printed(/requests at (\S+), admin API at (\S+)/);
  const ask = (...args: readonly string[]) =>
    start(args, folder, { ISOSERVE_ADDRESS: admin }).ended;
  return { ...server, url, ask };
}

const textAt = async (url: string) => (await fetch(url)).text();

describe("isoserve start", () => {
  it("runs what it is told from deploy to shutdown", async () => {
    const server = await startServer("--port", "0");
    expect((await server.ask("status")).stdout).toBe("no application is deployed\n");

    const deployed = await server.ask("deploy", "two.yaml", "--wait");
    expect(deployed).toMatchObject({ code: 0, stderr: "" });
    expect(deployed.stdout).toMatch(/\nisoserve: 2 applications of two.yaml run\n$/);
    expect(await textAt(server.url)).toBe("fine");
    expect(await textAt(`${server.url}/built`)).toBe("made");

    expect(await server.ask("scale", "default/Api", "3")).toMatchObject({ code: 0 });
    const { stdout } = await server.ask("config", "--json");
    expect(JSON.parse(stdout).applications[0]).toMatchObject({
      name: "default",
      importPath: `file://${folder}/app.ts`,
      deployments: [{ name: "Api", numReplicas: 3 }],
    });

    expect(await server.ask("delete", "built")).toMatchObject({ code: 0 });
    expect((await fetch(`${server.url}/built`)).status).toBe(200); // "/" answers there now
    expect(await server.ask("shutdown")).toMatchObject({ code: 0 });
    expect(await server.ended).toMatchObject({ code: 0 });
  });

  it("refuses a configuration by line and column, and goes on as before", async () => {
    const server = await startServer("--port", "0", "--config", "one.yaml");
    await server.printed(/default +Api +HEALTHY/);
    const wrong = join(folder, "wrong.yaml");
    await writeFile(wrong, "applications:\n  - importPath: ./gone.ts\n");
    const { code, stderr } = await server.ask("deploy", wrong);
    expect(stderr).toMatch(
      /^\S+wrong.yaml:2:5 applications\[0\].importPath .*gone.ts: no such file/,
    );
    expect(code).toBe(2);
    expect(await textAt(server.url)).toBe("fine");
  });

  it("tells why a deployment did not start", async () => {
    const server = await startServer("--port", "0");
    const { code, stderr } = await server.ask("deploy", "broken.yaml", "--wait");
    expect(stderr).toMatch(/^isoserve: default failed: .*no weights/);
    expect(code).toBe(1);
  });

  it("stays up when what it started with fails", async () => {
    const server = await startServer("--port", "0", "--config", "broken.yaml");
    await server.complained(/isoserve: default failed: .*no weights/);
    expect(await server.ask("deploy", "one.yaml", "--wait")).toMatchObject({ code: 0 });
    expect(await textAt(server.url)).toBe("fine");
  });

  it("brings back what it ran before it was killed, scaled as it was", async () => {
    const state = ["--state", join(folder, "state.db")];
    const server = await startServer("--port", "0", ...state);
    await server.ask("deploy", "two.yaml", "--wait");
    await server.ask("scale", "default/Api", "3");
    server.process.kill("SIGKILL");
    await server.ended;

    const next = await startServer("--port", "0", ...state);
    await next.printed(/default +Api +HEALTHY +3\/3/);
    await next.printed(/built +Api +HEALTHY/);
    expect(await textAt(`${next.url}/built`)).toBe("made");
    next.process.kill("SIGTERM");
    expect(await next.ended).toMatchObject({ code: 0 });

    const last = await startServer("--port", "0", ...state, "--config", "one.yaml");
    await last.printed(/default +Api +HEALTHY/);
    const { stdout } = await last.ask("config", "--json");
    expect(JSON.parse(stdout).applications).toHaveLength(1);
  });

  it("takes other applications, but no other HTTP options, while it runs", async () => {
    const path = join(folder, "http.yaml");
    const config = "httpOptions: { port: 0, bodyLimitBytes: 1000 }\napplications: []\n";
    await writeFile(path, config);
    const server = await startServer("--config", path);
    expect(await server.ask("deploy", path)).toMatchObject({ code: 0 });
    await writeFile(path, config.replace("1000", "2000"));
    const { code, stderr } = await server.ask("deploy", path);
    expect(stderr).toBe(
      `${path}:1:25 httpOptions.bodyLimitBytes needs a restart: the server runs with 1000\n`,
    );
    expect(code).toBe(1);
  });

  it("wants its token", async () => {
    const server = await startServer("--port", "0", "--admin-token", "s3cret");
    const refused = await server.ask("status");
    expect(refused.stderr).toContain("give it with --token or ISOSERVE_TOKEN");
    expect(refused.code).toBe(3);
    expect(await server.ask("status", "--token", "s3cret")).toMatchObject({ code: 0 });
  });

  it.each([
    [["--config", "nowhere.yaml"], "nowhere.yaml: no such file", 2],
    [["--state", "nowhere/state.db"], "nowhere", 1],
    [["--admin-host", "0.0.0.0"], "set a token (--admin-token)", 1],
    [["--admin-port", "x"], "A port is a whole number", 2],
  ])("refuses %s", async (flags, line, exitCode) => {
    const { code, stderr } = await start(["start", "--port", "0", ...flags], folder).ended;
    expect(stderr).toContain(line);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(exitCode);
  });
});
