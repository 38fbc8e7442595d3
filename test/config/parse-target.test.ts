import { describe, expect, it } from "vitest";
import { parseApplication, parseTarget } from "../../src/config/parse-target.ts";
import { problemText } from "../../src/config/problems.ts";
import type { ConfigProblem } from "../../src/controller/declarations.ts";
import { ServeError } from "../../src/errors.ts";

/** What is wrong with a document, a line each. */
function problems(document: unknown, parse: (document: unknown) => unknown = parseTarget) {
  try {
    parse(document);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ServeError);
    const { code, cause, message } = error as ServeError;
    expect(code).toBe("INVALID_CONFIG");
    const lines = (cause as ConfigProblem[]).map(problemText);
    expect(message).toBe(`configuration: ${lines.join("; ")}`);
    return lines;
  }
}

const app = (fields: object = {}) => ({ importPath: "./app.ts", ...fields });
const withApps = (...applications: unknown[]) => ({ applications });
const withDeployment = (options: object) =>
  withApps(app({ deployments: [{ name: "Api", ...options }] }));
const withHttp = (httpOptions: unknown) => ({ httpOptions, applications: [] });
const NOT_YET = "is not supported by this version of isoserve: remove it";

describe("parseTarget", () => {
  it("takes a document with every field", () => {
    const document = {
      httpOptions: {
        host: "0.0.0.0",
        port: 0,
        location: "NoServer",
        requestTimeoutMs: 1000,
        keepAliveTimeoutMs: 5000,
        headersTimeoutMs: 5000,
        receiveTimeoutMs: 60_000,
        bodyLimitBytes: 0,
        serverTiming: true,
        tls: { keyFile: "key.pem", certFile: "cert.pem" },
      },
      targetCapacity: 50,
      applications: [
        {
          name: "digits",
          routePrefix: "/digits",
          importPath: "./app.ts#digits",
          args: { threshold: [0.5, null] },
          traffic: { Api: { weights: { stable: 0.9, canary: 0.1 }, shadow: { next: 0.5 } } },
          deployments: [{ name: "Api", numReplicas: 2, userConfig: { a: 1 } }],
        },
      ],
    };
    expect(parseTarget({ $schema: "./isoserve.schema.json", ...document })).toEqual(document);
  });

  it("names an application default and serves it at / unless it says otherwise", () => {
    expect(parseTarget(withApps(app(), app({ name: "b", routePrefix: "/b" })))).toEqual({
      applications: [
        { name: "default", routePrefix: "/", importPath: "./app.ts" },
        { name: "b", routePrefix: "/b", importPath: "./app.ts" },
      ],
    });
  });

  it("takes no applications at all", () => {
    expect(parseTarget(withApps())).toEqual({ applications: [] });
  });

  it.each<[string, unknown, string[]]>([
    ["nothing", null, ["the document must be an object with applications, got null"]],
    [
      "a list",
      [app()],
      ['the document must be an object with applications, got [{"importPath":"./app.ts"}]'],
    ],
    [
      "no applications",
      {},
      ["applications is missing: it must be a list of applications: - importPath: …"],
    ],
    [
      "applications by name",
      { applications: { a: 1 } },
      ['applications must be a list of applications: - importPath: …, got {"a":1}'],
    ],
    [
      "an application that is text",
      withApps("./app.ts"),
      ['applications[0] must be an object with importPath, got "./app.ts"'],
    ],
    [
      "no importPath",
      withApps({}),
      [
        "applications[0].importPath is missing: it must name a module, such as ./app.ts or ./app.ts#name",
      ],
    ],
    [
      "an empty importPath",
      withApps({ importPath: "" }),
      ['applications[0].importPath must name a module, such as ./app.ts or ./app.ts#name, got ""'],
    ],
    [
      "a name with a slash",
      withApps(app({ name: "a/b" })),
      ['applications[0].name must be a name of letters, digits, . _ -, got "a/b"'],
    ],
    [
      "args that are no JSON",
      withApps(app({ args: { at: new Date(0) } })),
      ['applications[0].args must be JSON, got {"at":"1970-01-01T00:00:00.000Z"}'],
    ],
    [
      "a prefix of the server's own",
      withApps(app({ routePrefix: "/-/x" })),
      [
        'applications[0].routePrefix must be "/" or like "/digits", without a trailing slash and not under "/-", got "/-/x"',
      ],
    ],
    [
      "a router that nobody knows",
      withDeployment({ router: "random" }),
      [
        'applications[0].deployments[0].router must be one of "powerOfTwo", "leastLoaded", "roundRobin", "consistentHash"; a function can only be given in the code, got "random"',
      ],
    ],
    [
      "capacity over 100",
      { targetCapacity: 101, applications: [] },
      ["targetCapacity must be a number from 0 to 100, got 101"],
    ],
    [
      "a port that is text",
      withHttp({ port: "80" }),
      ['httpOptions.port must be a whole number from 0 (any free port) to 65535, got "80"'],
    ],
    [
      "a port with a fraction",
      withHttp({ port: 80.5 }),
      ["httpOptions.port must be a whole number from 0 (any free port) to 65535, got 80.5"],
    ],
    [
      "EveryNode",
      withHttp({ location: "EveryNode" }),
      [
        'httpOptions.location must be "HeadOnly": there is one node, so nothing runs on every node, got "EveryNode"',
      ],
    ],
    [
      "another location",
      withHttp({ location: "Nowhere" }),
      [
        'httpOptions.location must be "HeadOnly" (listen) or "NoServer" (do not listen), got "Nowhere"',
      ],
    ],
    [
      "half of tls",
      withHttp({ tls: { keyFile: "key.pem" } }),
      [
        "httpOptions.tls.certFile is missing: it must be the path of a PEM file with the certificates",
      ],
    ],
    [
      "no milliseconds",
      withHttp({ requestTimeoutMs: 0, keepAliveTimeoutMs: "5s" }),
      [
        "httpOptions.requestTimeoutMs must be a number of milliseconds over 0, got 0",
        'httpOptions.keepAliveTimeoutMs must be a number of milliseconds over 0, got "5s"',
      ],
    ],
    [
      "deployments by name",
      withApps(app({ deployments: { Api: {} } })),
      ['applications[0].deployments must be a list of deployments: - name: …, got {"Api":{}}'],
    ],
    [
      "a deployment without a name",
      withApps(app({ deployments: [{ numReplicas: 2 }] })),
      [
        "applications[0].deployments[0].name is missing: it must be a deployment's name in the code",
      ],
    ],
    [
      "a bad option",
      withDeployment({ numReplicas: 0 }),
      ["applications[0].deployments[0].numReplicas must be a whole number of at least 1, got 0"],
    ],
    [
      "a typo",
      { aplications: [], applications: [] },
      ["aplications is not known, did you mean applications?"],
    ],
    [
      "another spelling",
      withApps(app({ route_prefix: "/" })),
      ["applications[0].route_prefix is not known, did you mean routePrefix?"],
    ],
    [
      "a typo in an option",
      withDeployment({ numReplica: 2 }),
      ["applications[0].deployments[0].numReplica is not known, did you mean numReplicas?"],
    ],
    [
      "what nobody can know",
      withHttp({ tls: { keyFile: "k", certFile: "c", colour: 1 } }),
      ["httpOptions.tls.colour is not known; known are keyFile, certFile, passphraseFile, caFile"],
    ],
    [
      "logging",
      { logging: { level: 1, format: "xml", accessLog: "yes", file: "x" }, applications: [] },
      [
        'logging.level must be "debug", "info", "warn", "error" or "off", got 1',
        'logging.format must be "text" or "json", got "xml"',
        'logging.accessLog must be true or false, got "yes"',
        "logging.file is not known; known are level, format, accessLog",
      ],
    ],
    [
      "what applications can't have yet",
      withApps(app({ runtimeEnv: {} })),
      [`applications[0].runtimeEnv ${NOT_YET}`],
    ],
    [
      "traffic that is not divided",
      withApps(
        app({
          traffic: { a: 1, b: { weights: { x: 0.5 } }, c: { weights: { x: 1 }, shadow: { y: 2 } } },
        }),
      ),
      [
        "applications[0].traffic.a must be an object with weights, got 1",
        'applications[0].traffic.b.weights must add up to 1, got {"x":0.5}',
        "applications[0].traffic.c.shadow.y must be a number from 0 to 1, got 2",
      ],
    ],
    [
      "one name twice",
      withApps(app({ name: "a" }), app({ name: "a", routePrefix: "/a" })),
      [
        'applications[0].name must be unique: "a" is also applications[1].name',
        'applications[1].name must be unique: "a" is also applications[0].name',
      ],
    ],
    [
      "the default name and prefix twice",
      withApps(app(), app()),
      [
        'applications[0].name must be unique: "default" (the default) is also applications[1].name',
        'applications[1].name must be unique: "default" (the default) is also applications[0].name',
        'applications[0].routePrefix must be unique: "/" (the default) is also applications[1].routePrefix',
        'applications[1].routePrefix must be unique: "/" (the default) is also applications[0].routePrefix',
      ],
    ],
    [
      "one deployment twice",
      withApps(app({ deployments: [{ name: "A" }, { name: "B" }, { name: "A" }] })),
      [
        'applications[0].deployments[0].name must be unique: "A" is also applications[0].deployments[2].name',
        'applications[0].deployments[2].name must be unique: "A" is also applications[0].deployments[0].name',
      ],
    ],
  ])("refuses %s", (_what, document, lines) => {
    expect(problems(document)).toEqual(lines);
  });

  it("tells everything at once, duplicates beside bad fields", () => {
    const document = {
      httpOption: {},
      applications: [
        app({ name: "a", routePrefix: "/x" }),
        app({ name: "b", routePrefix: "/x/", deployments: [{ name: "Api", numReplicas: -1 }] }),
      ],
    };
    expect(problems(document)).toEqual([
      'applications[1].routePrefix must be "/" or like "/digits", without a trailing slash and not under "/-", got "/x/"',
      "applications[1].deployments[0].numReplicas must be a whole number of at least 1, got -1",
      "httpOption is not known, did you mean httpOptions?",
      'applications[0].routePrefix must be unique: "/x" is also applications[1].routePrefix',
      'applications[1].routePrefix must be unique: "/x/" is also applications[0].routePrefix',
    ]);
  });

  it("shows only the beginning of a large value", () => {
    const [line] = problems({ applications: "x".repeat(1000) });
    expect(line).toHaveLength(
      "applications must be a list of applications: - importPath: …, got ".length + 61,
    );
  });
});

describe("parseApplication", () => {
  it("fills in the defaults", () => {
    expect(parseApplication(app())).toEqual({ name: "default", routePrefix: "/", ...app() });
  });

  it("tells of problems by paths from the application", () => {
    const document = app({ name: 1, deployments: [{ name: "A" }, { name: "A" }] });
    expect(problems(document, parseApplication)).toEqual([
      "name must be a name of letters, digits, . _ -, got 1",
      'deployments[0].name must be unique: "A" is also deployments[1].name',
      'deployments[1].name must be unique: "A" is also deployments[0].name',
    ]);
  });
});
