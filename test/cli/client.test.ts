import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type AdminDouble, adminDouble } from "./admin-double.ts";
import { start } from "./command.ts";

vi.setConfig({ testTimeout: 20_000 });

const CONFIG = `applications:
  - name: digits
    importPath: ./app.ts#digits
    deployments:
      - name: Clasifier
        numReplicas: 2
`;

let folder = "";
let admin: AdminDouble;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoserve-client-"));
  await writeFile(join(folder, "serve.yaml"), CONFIG);
  await writeFile(join(folder, "wrong.yaml"), CONFIG.replace("2", "none"));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  admin = await adminDouble();
});
afterEach(() => admin.close());

/** Runs a client command against the double. */
const run = (...args: readonly string[]) =>
  start(args, folder, { ISOSERVE_ADDRESS: admin.address }).ended;

function application(status: string, message: string, running: number, deployment = "HEALTHY") {
  const replicas = Array.from({ length: running }, (_, index) => ({
    replicaId: `digits/Classifier#${index}`,
    state: "RUNNING",
    since: 0,
  }));
  return {
    status,
    message,
    since: 0,
    routePrefix: "/",
    ingress: "Classifier",
    deployments: {
      Classifier: {
        status: deployment,
        message: `${running} of 2 replicas run`,
        since: 0,
        targetNumReplicas: 2,
        replicas,
        deadReplicas: [],
      },
    },
  };
}

const HEALTHY = application("RUNNING", "all deployments are healthy", 2);
const statusOf = (...digits: object[]) =>
  digits.map((one) => ({ status: 200, body: { applications: { digits: one } } }));

describe("isoserve deploy", () => {
  it("sends the configuration, its modules found from its folder, and returns", async () => {
    admin.on("PUT /api/serve/applications", { status: 202 });
    const { code, stdout, stderr } = await run("deploy", "serve.yaml", "--token", "s3cret");
    expect(stderr).toBe("");
    expect(stdout).toBe(`isoserve: ${admin.address} has taken 1 application: digits\n`);
    expect(code).toBe(0);
    expect(admin.asked).toEqual([
      {
        method: "PUT",
        path: "/api/serve/applications",
        authorization: "Bearer s3cret",
        body: {
          applications: [
            {
              name: "digits",
              routePrefix: "/",
              importPath: `file://${folder}/app.ts#digits`,
              deployments: [{ name: "Clasifier", numReplicas: 2 }],
            },
          ],
        },
      },
    ]);
  });

  it("follows with a line for each change until all run", async () => {
    admin.on("PUT /api/serve/applications", { status: 202 });
    const starting = application("DEPLOYING", "", 0, "UPDATING");
    admin.on("GET /api/serve/status", ...statusOf(starting, starting, HEALTHY));
    const { code, stdout } = await run("deploy", "serve.yaml", "--wait");
    expect(stdout.split("\n")).toEqual([
      `isoserve: ${admin.address} has taken 1 application: digits`,
      "digits  Classifier  UPDATING  0/2  0 of 2 replicas run",
      "digits  Classifier  HEALTHY  2/2  2 of 2 replicas run",
      "isoserve: 1 application of serve.yaml runs",
      "",
    ]);
    expect(code).toBe(0);
  });

  it.each([
    [
      "does not start",
      application("DEPLOY_FAILED", "Classifier: gave up", 0, "DEPLOY_FAILED"),
      "isoserve: digits failed: Classifier: gave up\n",
    ],
    [
      "is rolled back",
      {
        ...application("RUNNING", "the update failed: no weights; all deployments are healthy", 2),
        updateFailure: "no weights",
      },
      "isoserve: digits failed: the update failed: no weights; all deployments are healthy\n",
    ],
  ])("fails when an application %s", async (_what, failed, line) => {
    admin.on("PUT /api/serve/applications", { status: 202 });
    const starting = application("DEPLOYING", "", 0, "UPDATING");
    admin.on("GET /api/serve/status", ...statusOf(starting, failed));
    const { code, stderr } = await run("deploy", "serve.yaml", "--wait");
    expect(stderr).toBe(line);
    expect(code).toBe(1);
  });

  it("asks no server about a wrong configuration", async () => {
    const { code, stderr } = await run("deploy", "wrong.yaml");
    expect(stderr).toBe(
      'wrong.yaml:6:9 applications[0].deployments[0].numReplicas must be a whole number of at least 1, or "auto", got "none"\n',
    );
    expect(code).toBe(2);
    expect(admin.asked).toEqual([]);
  });

  it("shows by line and column what the server has against it", async () => {
    admin.on("PUT /api/serve/applications", {
      status: 400,
      body: {
        code: "INVALID_CONFIG",
        detail: "configuration: …",
        errors: [
          {
            pointer: "/applications/0/deployments/0/name",
            message: '"Clasifier" is no deployment',
          },
          { pointer: "/applications/0/importPath", message: "can't be loaded: no such file" },
        ],
      },
    });
    const { code, stderr } = await run("deploy", "serve.yaml");
    expect(stderr.split("\n")).toEqual([
      "serve.yaml:3:5 applications[0].importPath can't be loaded: no such file",
      'serve.yaml:5:9 applications[0].deployments[0].name "Clasifier" is no deployment',
      "",
    ]);
    expect(code).toBe(2);
  });
});

describe("isoserve status", () => {
  it("prints a table of the same columns always", async () => {
    const broken = application("UNHEALTHY", "Classifier: it died:\n  of old age", 1, "UNHEALTHY");
    admin.on("GET /api/serve/status", {
      status: 200,
      body: { applications: { digits: HEALTHY, other: broken } },
    });
    const { code, stdout } = await run("status");
    expect(stdout.split("\n")).toEqual([
      "APPLICATION  DEPLOYMENT  STATUS     REPLICAS  MESSAGE",
      "digits       -           RUNNING    -         all deployments are healthy",
      "digits       Classifier  HEALTHY    2/2       2 of 2 replicas run",
      "other        -           UNHEALTHY  -         Classifier: it died: of old age",
      "other        Classifier  UNHEALTHY  1/2       1 of 2 replicas run",
      "",
    ]);
    expect(code).toBe(0);
  });

  it("says that there is nothing", async () => {
    admin.on("GET /api/serve/status", { status: 200, body: { applications: {} } });
    expect(await run("status")).toMatchObject({ code: 0, stdout: "no application is deployed\n" });
  });

  it("prints all of it as JSON", async () => {
    admin.on("GET /api/serve/status", ...statusOf(HEALTHY));
    const { stdout } = await run("status", "--json");
    expect(JSON.parse(stdout)).toEqual({ applications: { digits: HEALTHY } });
    expect(stdout).toContain('\n  "applications"');
  });

  it("watches until the server goes away: a table whose columns stay", async () => {
    const starting = application("DEPLOYING", "Classifier: 0 of 2", 0, "UPDATING");
    admin.on("GET /api/serve/status", ...statusOf(starting, HEALTHY));
    admin.on("GET /api/serve/metrics", { status: 200, body: [] });
    const command = start(["status", "--watch", "--interval", "0.1"], folder, {
      ISOSERVE_ADDRESS: admin.address,
    });
    await command.printed(/digits +Classifier +HEALTHY.*\n/);
    await admin.close();
    const { code, stdout, stderr } = await command.ended;
    const lines = stdout.replaceAll(/ +/g, " ").split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "APPLICATION DEPLOYMENT STATUS REPLICAS QUEUE RUNNING REQ/S ERR/S P50 P99 BATCH MESSAGE",
      "digits Classifier UPDATING 0/2 0 0 - - - - - 0 of 2 replicas run",
      "digits Classifier HEALTHY 2/2 0 0 0.0 0.0 - - - 2 of 2 replicas run",
    ]);
    expect(stderr).toContain(`no server answers at ${admin.address}`);
    expect(code).toBe(3);
  });
});

describe("isoserve config", () => {
  const declared = { applications: [{ name: "a", routePrefix: "/", importPath: "a" }] };

  it("prints YAML that isoserve deploy takes", async () => {
    admin.on("GET /api/serve/config", { status: 200, body: declared });
    const { stdout } = await run("config");
    expect(stdout).toBe("applications:\n  - name: a\n    routePrefix: /\n    importPath: a\n");
  });

  it("prints JSON", async () => {
    admin.on("GET /api/serve/config", { status: 200, body: declared });
    const { stdout } = await run("config", "--json");
    expect(JSON.parse(stdout)).toEqual(declared);
  });
});

describe("isoserve", () => {
  it.each([
    [
      ["scale", "digits/Classifier", "4"],
      "POST",
      "/api/serve/applications/digits/deployments/Classifier/scale",
      { numReplicas: 4 },
      "isoserve: digits/Classifier goes to 4 replicas\n",
    ],
    [
      ["traffic", "digits/Split", "stable=0.9", "canary=.1", "--shadow", "next=0.5"],
      "PUT",
      "/api/serve/applications/digits/splits/Split/traffic",
      { weights: { stable: 0.9, canary: 0.1 }, shadow: { next: 0.5 } },
      "isoserve: digits/Split divides its calls: stable 0.9, canary 0.1\n",
    ],
    [
      ["delete", "digits"],
      "DELETE",
      "/api/serve/applications/digits",
      undefined,
      "isoserve: digits finishes its requests and is deleted\n",
    ],
    [
      ["shutdown"],
      "POST",
      "/api/serve/shutdown",
      undefined,
      expect.stringContaining("finishes its requests and exits\n"),
    ],
  ])("%s asks the server", async (args, method, path, body, line) => {
    admin.on(`${method} ${path}`, { status: 202 });
    const { code, stdout } = await run(...args);
    expect(admin.asked).toMatchObject([{ method, path, body, authorization: undefined }]);
    expect(stdout).toEqual(line);
    expect(code).toBe(0);
  });

  it.each([
    [404, "NOT_FOUND", "no application digits is declared", 1, "no application digits is declared"],
    [401, "UNAUTHORIZED", "the token is not this server's", 3, "give it with --token"],
    [403, "FORBIDDEN", "only this machine is served", 3, "only this machine is served"],
    [500, "INTERNAL", "see the server's log", 1, "see the server's log"],
  ])("tells of an answer %s", async (status, code, detail, exitCode, line) => {
    admin.on("DELETE /api/serve/applications/digits", { status, body: { code, detail } });
    const ended = await run("delete", "digits");
    expect(ended.stderr).toContain(line);
    expect(ended.stderr.trim().split("\n")).toHaveLength(1);
    expect(ended.code).toBe(exitCode);
  });

  it("says that no server answers", async () => {
    await admin.close();
    const { code, stderr } = await run("status");
    expect(stderr).toBe(
      `isoserve: no server answers at ${admin.address} (connection refused): start one with isoserve start, or name another with --address\n`,
    );
    expect(code).toBe(3);
  });

  it.each([
    [["scale", "digits", "4"], "It takes APP/DEPLOYMENT"],
    [["traffic", "digits", "a=1"], "It takes APP/SPLIT"],
    [["traffic", "digits/Split", "a=2"], "It takes ARM=SHARE with a share from 0 to 1"],
    [["scale", "digits/Classifier", "0"], "whole number of at least 1"],
    [["status", "--address", "ftp://host"], "An address is a URL"],
    [["deploy"], "missing required argument 'file'"],
    [["deploy", "a", "b"], "too many arguments"],
    [["depoly"], "Did you mean deploy?"],
    [["status", "--jsno"], "Did you mean --json?"],
  ])("refuses %s", async (args, line) => {
    const { code, stderr } = await run(...args);
    expect(stderr).toContain(line);
    expect(code).toBe(2);
  });
});
