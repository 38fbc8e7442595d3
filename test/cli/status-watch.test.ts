import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { isoserve, ROOT, type Running, start } from "./command.ts";

vi.setConfig({ testTimeout: 30_000 });

const APP = `
import { batch, deployment } from ${JSON.stringify(`${ROOT}/dist/adapters/node/entry.js`)};
class Api {
  #opened = Promise.withResolvers();
  double = batch(async (items) => items.map((item) => 2 * item), { maxBatchSize: 4, batchWaitMs: 60_000 });
  async fetch({ url }) {
    if (url.endsWith("/fail")) throw new Error("it was told to");
    if (url.endsWith("/open")) this.#opened.resolve();
    if (url.endsWith("/hold")) await this.#opened.promise;
    if (url.endsWith("/batch")) await Promise.all([1, 2, 3, 4].map((item) => this.double(item)));
    return "fine";
  }
}
export default deployment(Api, { maxOngoingRequests: 20 }).bind();
`;

let folder = "";
const running: Running[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoserve-watch-"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "app.ts"), APP);
});
afterEach(() => {
  for (const { process } of running.splice(0)) process.kill("SIGKILL");
});
afterAll(() => rm(folder, { recursive: true }));

const begin = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const command = start(args, folder, env);
  running.push(command);
  return command;
};

async function serve() {
  await writeFile(join(folder, "serve.yaml"), "applications: [{ importPath: ./app.ts }]\n");
  const server = begin(["start", "--config", "serve.yaml", "--port", "0", "--admin-port", "0"]);
  const [, url = "", admin = ""] = await server.printed(/at (http:\S+), .*at (http:\S+)/);
  await server.printed(/HEALTHY/);
  const watch = (...flags: readonly string[]) =>
    begin(["status", "--watch", "--interval", "0.2", ...flags], { ISOSERVE_ADDRESS: admin });
  return { server, watch, ask: (path: string) => fetch(new URL(path, url)) };
}

/** The cells of a line, by the header's words. */
const cell = (line: string, name: string) => {
  const names = "APPLICATION DEPLOYMENT STATUS REPLICAS QUEUE RUNNING REQ/S ERR/S P50 P99 BATCH";
  return line.split(/ +/)[names.split(" ").indexOf(name)];
};

describe("isoserve status --watch", () => {
  it("has a line each time, with what has happened since the line before", async () => {
    const { watch, ask } = await serve();
    const command = watch();
    const [header] = await command.printed(/^APPLICATION.*\n/);
    const [first] = await command.printed(/^default .*$/m);
    expect(first).toMatch(/^default +Api +HEALTHY +1\/1 +0 +0 +- +- +- +- +- +1 of 1 replicas run/);
    const held = [ask("/hold"), ask("/hold")];
    const [waiting] = await command.printed(/^default +Api +HEALTHY +1\/1 +0 +2 .*$/m);
    expect(cell(waiting, "QUEUE")).toBe("0");
    await Promise.all([ask("/batch"), ask("/fail"), ask("/fail")]);
    const [busy] = await command.printed(/^.* \d+\.\d +\d+\.\dm?s +\d+\.\dm?s +4\.0 .*$/m);
    expect(Number(cell(busy, "REQ/S"))).toBeGreaterThan(0);
    await command.printed(/^default(?: +\S+){6} +(?!0\.0)\d+\.\d .*$/m);
    await Promise.all([ask("/open"), ...held]);
    command.process.kill("SIGINT");
    const { code, stdout, stderr } = await command.ended;
    expect([code, stderr]).toEqual([0, ""]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.filter((line) => `${line}\n` === header)).toHaveLength(1);
    const places = lines.map((line) => line.indexOf("1 of 1"));
    expect(new Set(places.slice(1)).size).toBe(1);
  });

  it("says so when the server goes away, and fails", async () => {
    const { server, watch } = await serve();
    const command = watch();
    await command.printed(/default/);
    server.process.kill("SIGTERM");
    const { code, stderr } = await command.ended;
    expect(stderr).toMatch(/^isoserve: no server answers at http:\S+ \(.+\): start one/);
    expect(code).toBe(3);
  });

  it("has the load of each deployment as JSON", async () => {
    const { watch } = await serve();
    const command = watch("--json");
    await command.printed(/\n.*\n/);
    command.process.kill("SIGINT");
    const { stdout } = await command.ended;
    const [first, second] = stdout.split("\n").map((line) => line && JSON.parse(line));
    const loads = [first, second].map(({ applications }) => applications.default.deployments.Api);
    expect(loads).toMatchObject([
      { status: "HEALTHY", load: { queued: 0, running: 0 } },
      { load: { recent: { callsPerSecond: 0, errorsPerSecond: 0 } } },
    ]);
  });

  it.each(["0", "-1", "soon"])("refuses an interval of %s", async (interval) => {
    const { code, stderr } = await isoserve("status", "--watch", "--interval", interval);
    expect(stderr).toContain("a number of seconds over 0");
    expect(code).toBe(2);
  });
});
