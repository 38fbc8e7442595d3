import fc from "fast-check";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { ApplicationConfig } from "../../src/config/application-config.ts";
import type { ApplicationStatus } from "../../src/index.ts";
import { AdminClient, type Answer, type Asked } from "./admin-client.ts";

const DIGITS: ApplicationConfig = {
  name: "digits",
  routePrefix: "/digits",
  importPath: "file:///srv/digits.ts",
  deployments: [{ name: "Classifier", numReplicas: 2 }],
};
const WORDS: ApplicationConfig = {
  name: "words",
  routePrefix: "/words",
  importPath: "file:///srv/words.ts#words",
};

async function withDigits(): Promise<AdminClient> {
  const admin = new AdminClient();
  await admin.declarations.put(DIGITS, undefined);
  return admin;
}

const patch = (body: unknown, headers: Record<string, string> = {}): Asked => ({ body, headers });

type Row = [
  what: string,
  method: string,
  path: string,
  asked: Asked,
  status: number,
  body?: unknown,
];

/** Each is asked of a server that declares `digits`, at revision 1. */
const TABLE: Row[] = [
  ["reads an application", "GET", "/applications/digits", {}, 200, DIGITS],
  ["takes a trailing slash", "GET", "/applications/digits/", {}, 200, DIGITS],
  ["knows escapes", "GET", "/applications/%64igits", {}, 200, DIGITS],
  ["knows no broken escapes", "GET", "/applications/%E0%A4%A", {}, 404, { code: "NOT_FOUND" }],
  ["misses an application", "GET", "/applications/none", {}, 404, { code: "NOT_FOUND" }],
  ["misses one named like a method", "GET", "/applications/toString", {}, 404],
  ["misses a path", "GET", "/nothing", {}, 404, { detail: "nothing is at /api/serve/nothing" }],
  ["has no body for HEAD", "HEAD", "/applications/digits", {}, 200, ""],
  ["has no body for a failed HEAD", "HEAD", "/applications/none", {}, 404, ""],
  ["creates", "PUT", "/applications/words", { body: WORDS }, 202, WORDS],
  [
    "names by the address, and fills in the prefix",
    "PUT",
    "/applications/other",
    { body: { importPath: "./other.ts" } },
    202,
    { name: "other", routePrefix: "/", importPath: "./other.ts" },
  ],
  [
    "refuses another name than the address's",
    "PUT",
    "/applications/words",
    { body: DIGITS },
    400,
    { errors: [{ path: "name", pointer: "/name" }] },
  ],
  [
    "patches",
    "PATCH",
    "/applications/digits",
    patch({ args: { depth: 2 } }),
    202,
    { args: { depth: 2 } },
  ],
  [
    "patches by the type of patches",
    "PATCH",
    "/applications/digits",
    patch({ routePrefix: "/d" }, { "content-type": "application/merge-patch+json" }),
    202,
    { routePrefix: "/d" },
  ],
  [
    "patches one deployment",
    "PATCH",
    "/applications/digits",
    patch({ deployments: [{ name: "Classifier", maxOngoingRequests: 4 }] }),
    202,
    { deployments: [{ name: "Classifier", numReplicas: 2, maxOngoingRequests: 4 }] },
  ],
  [
    "refuses a patch that makes no application",
    "PATCH",
    "/applications/digits",
    patch({ importPath: null }),
    400,
    { code: "INVALID_CONFIG", errors: [{ path: "importPath" }] },
  ],
  [
    "points to a field whatever its name",
    "PATCH",
    "/applications/digits",
    patch({ "a/b~c": 1 }),
    400,
    { errors: [{ pointer: "/a~1b~0c" }] },
  ],
  ["refuses to rename", "PATCH", "/applications/digits", patch({ name: "x" }), 400],
  ["patches none that is not there", "PATCH", "/applications/none", patch({}), 404],
  ["refuses a patch that is none", "PATCH", "/applications/digits", patch([]), 400],
  ["deletes", "DELETE", "/applications/digits", {}, 202, ""],
  ["deletes none that is not there", "DELETE", "/applications/none", {}, 404],
  ["deletes all", "DELETE", "/applications", {}, 202, ""],
  ["shows the status", "GET", "/status", {}, 200, { applications: {} }],
  ["shows what is declared", "GET", "/config", {}, 200, { applications: [DIGITS] }],
  [
    "replaces all",
    "PUT",
    "/applications",
    { body: { targetCapacity: 50, applications: [WORDS] } },
    202,
    { targetCapacity: 50, applications: [WORDS] },
  ],
  [
    "says all that is wrong",
    "PUT",
    "/applications",
    {
      body: {
        applications: [
          { ...WORDS, name: "a b" },
          { ...DIGITS, replicas: 2 },
        ],
      },
    },
    400,
    {
      title: "Bad Request",
      status: 400,
      code: "INVALID_CONFIG",
      errors: [
        { path: "applications[0].name", pointer: "/applications/0/name" },
        { path: "applications[1].replicas", pointer: "/applications/1/replicas" },
      ],
    },
  ],
  [
    "takes the HTTP options that the server has",
    "PUT",
    "/applications",
    { body: { httpOptions: { port: 8000 }, applications: [] } },
    202,
    { applications: [] },
  ],
  [
    "refuses HTTP options that need a restart",
    "PUT",
    "/applications",
    {
      body: {
        httpOptions: { port: 80, host: "127.0.0.1", tls: { keyFile: "k", certFile: "c" } },
        applications: [],
      },
    },
    409,
    {
      code: "RESTART_NEEDED",
      errors: [
        { path: "httpOptions.port", message: "needs a restart: the server runs with 8000" },
        { path: "httpOptions.tls.keyFile" },
        { path: "httpOptions.tls.certFile" },
      ],
    },
  ],
  [
    "scales",
    "POST",
    "/applications/digits/deployments/Classifier/scale",
    { body: { numReplicas: 5 } },
    202,
    { numReplicas: 5 },
  ],
  [
    "scales by whole numbers only",
    "POST",
    "/applications/digits/deployments/Classifier/scale",
    { body: { numReplicas: 1.5, replicas: 2 } },
    400,
    { errors: [{ path: "replicas" }, { path: "numReplicas" }] },
  ],
  [
    "scales by what an option can be",
    "POST",
    "/applications/digits/deployments/Classifier/scale",
    { body: { numReplicas: 0 } },
    400,
    { code: "INVALID_OPTION" },
  ],
  [
    "scales no deployment of an application that is not there",
    "POST",
    "/applications/none/deployments/X/scale",
    { body: { numReplicas: 1 } },
    404,
  ],
  [
    "divides the calls of a split",
    "PUT",
    "/applications/digits/splits/Split/traffic",
    { body: { weights: { stable: 1 } } },
    202,
    { weights: { stable: 1 } },
  ],
  [
    "says where JSON is broken",
    "PUT",
    "/applications/digits",
    { body: '{\n  "name": digits\n}' },
    400,
    { code: "INVALID_JSON", detail: `the body is no JSON: line 2, column 11: "d" can't be there` },
  ],
  ["takes no empty body", "PUT", "/applications", { body: "" }, 400, { code: "INVALID_JSON" }],
  [
    "takes JSON only",
    "PUT",
    "/applications/digits",
    { body: "name: digits", headers: { "content-type": "application/yaml" } },
    415,
    { code: "UNSUPPORTED_MEDIA_TYPE" },
  ],
  [
    "takes a character set",
    "PUT",
    "/applications/words",
    { body: WORDS, headers: { "content-type": "Application/JSON; charset=utf-8" } },
    202,
  ],
  ["takes no form", "POST", "/shutdown", { headers: { "content-type": "text/plain" } }, 415],
  [
    "takes no more than 4 MiB",
    "PUT",
    "/applications",
    { body: `"${"x".repeat(4 * 1024 * 1024)}"` },
    413,
    { code: "PAYLOAD_TOO_LARGE", detail: "the body exceeds 4 MiB" },
  ],
];

describe("the admin API", () => {
  it.each<Row>(TABLE)("%s: %s %s", async (_, method, path, asked, status, body) => {
    const admin = await withDigits();
    const answer = await admin.ask(method, path, asked);
    expect(answer).toMatchObject({ status, ...(body !== undefined && { body }) });
    if (status >= 400 && method !== "HEAD") expectProblem(answer);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  it.each([
    ["/applications", "GET, HEAD, PUT, DELETE, OPTIONS"],
    ["/applications/digits", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"],
    ["/applications/digits/deployments/Classifier/scale", "POST, OPTIONS"],
    ["/applications/digits/splits/Split/traffic", "PUT, OPTIONS"],
    ["/status", "GET, HEAD, OPTIONS"],
    ["/shutdown", "POST, OPTIONS"],
  ])("%s allows %s", async (path, allow) => {
    const admin = await withDigits();
    const options = await admin.ask("OPTIONS", path);
    expect([options.status, options.headers.get("allow")]).toEqual([204, allow]);
    for (const method of ["GET", "PUT", "PATCH", "POST", "DELETE", "TOSTRING"]) {
      if (allow.includes(method)) continue;
      const answer = await admin.ask(method, path);
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, allow]);
    }
  });

  it("makes a change of all of it or none", async () => {
    const admin = await withDigits();
    await admin.ask("PUT", "/applications", { body: { applications: [WORDS, {}] } });
    expect((await admin.ask("GET", "/config")).body).toEqual({ applications: [DIGITS] });
    await admin.ask("PUT", "/applications", { body: { applications: [WORDS] } });
    expect((await admin.ask("GET", "/config")).body).toEqual({ applications: [WORDS] });
  });

  it("shows each application with its status, configuration and tag", async () => {
    const runs = {
      status: "RUNNING",
      message: "all deployments are healthy",
      routePrefix: "/code",
      ingress: "Api",
      deployments: {},
    } as unknown as ApplicationStatus;
    const admin = new AdminClient({}, { status: () => ({ applications: { code: runs } }) });
    await admin.declarations.put(DIGITS, undefined);
    expect(await admin.ask("GET", "/applications")).toMatchObject({
      status: 200,
      body: {
        targetCapacity: null,
        applications: {
          digits: { status: "NOT_STARTED", config: DIGITS, etag: '"1"' },
          code: { ...runs, config: null, etag: null },
        },
      },
    });
    const { body } = await admin.ask("GET", "/applications/code");
    expect(body).toMatchObject({ detail: expect.stringContaining("serve.run") });
  });

  it("begins to shut down", async () => {
    const admin = new AdminClient();
    const headers = { "content-type": "application/json" };
    expect((await admin.ask("POST", "/shutdown", { headers })).status).toBe(202);
    expect(admin.shutdowns).toBe(1);
  });

  it("shows nothing of what went wrong in itself", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => logged.mockRestore());
    const status = () => {
      throw new Error("a secret");
    };
    const answer = await new AdminClient({}, { status }).ask("GET", "/status");
    expect(answer).toMatchObject({ status: 500, body: { code: "INTERNAL" } });
    expect(JSON.stringify(answer.body)).not.toMatch(/secret|stack|\.ts/);
    expect(logged).toHaveBeenCalledOnce();
  });

  it("gives back what was put", async () => {
    const admin = new AdminClient();
    await fc.assert(
      fc.asyncProperty(target, async (document) => {
        const put = await admin.ask("PUT", "/applications", { body: document });
        expect(put.status).toBe(202);
        expect((await admin.ask("GET", "/config")).body).toEqual(document);
        for (const config of document.applications) {
          const path = `/applications/${encodeURIComponent(config.name)}`;
          expect((await admin.ask("GET", path)).body).toEqual(config);
          expect((await admin.ask("PUT", path, { body: config })).body).toEqual(config);
        }
      }),
      { numRuns: 50 },
    );
  });
});

// "." and ".." are no segments that an address can have.
const name = fc.stringMatching(/^[\w.-]*\w$/);
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)));
const target = fc.record(
  {
    targetCapacity: fc.integer({ min: 0, max: 100 }),
    applications: fc
      .uniqueArray(
        fc.record(
          {
            name,
            importPath: fc.string({ minLength: 1 }),
            args: json,
            deployments: fc.uniqueArray(
              fc.record(
                {
                  name: fc.stringMatching(/^[A-Za-z_$][\w$.-]*$/),
                  numReplicas: fc.integer({ min: 1, max: 100 }),
                  userConfig: json,
                },
                { requiredKeys: ["name"] },
              ),
              { selector: (deployment) => deployment.name },
            ),
          },
          { requiredKeys: ["name", "importPath"] },
        ),
        { selector: (application) => application.name },
      )
      .map((applications) =>
        applications.map((one, index) => ({ ...one, routePrefix: `/${index}` })),
      ),
  },
  { requiredKeys: ["applications"] },
);

function expectProblem({ status, headers, body }: Answer): void {
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(body).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
}
