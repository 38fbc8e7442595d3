import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { configFile, readConfigFile } from "../../adapters/node/config/config-file.ts";
import type { ServeError } from "../../src/errors.ts";

/** What is wrong with a file, as its lines are printed. */
function problems(text: string, name = "serve.yaml"): string[] {
  try {
    configFile(name, text);
    return [];
  } catch (error) {
    expect((error as ServeError).code).toBe("INVALID_CONFIG");
    return (error as ServeError).message.split("\n");
  }
}

describe("a configuration file", () => {
  it("has paths from its own folder", () => {
    const { config } = configFile(
      "/srv/conf/serve.yaml",
      `httpOptions: { tls: { keyFile: key.pem, certFile: /etc/cert.pem } }
applications:
  - importPath: ./app.ts#digits
    autoscalingPolicy: ./scale.ts#inStep
  - { name: b, routePrefix: /b, importPath: ../my models/b.ts }
  - { name: c, routePrefix: /c, importPath: registered }
  - { name: d, routePrefix: /d, importPath: "file:///d.ts#x" }
`,
    );
    expect(config.httpOptions?.tls).toEqual({
      keyFile: "/srv/conf/key.pem",
      certFile: "/etc/cert.pem",
    });
    expect(config.applications.map(({ importPath }) => importPath)).toEqual([
      "file:///srv/conf/app.ts#digits",
      "file:///srv/my%20models/b.ts",
      "registered",
      "file:///d.ts#x",
    ]);
    expect(config.applications[0]?.autoscalingPolicy).toBe("file:///srv/conf/scale.ts#inStep");
    expect(config.applications[1]).not.toHaveProperty("autoscalingPolicy");
  });

  it("may share parts", () => {
    const text = `
applications:
  - importPath: ./a.ts
    deployments: &same
      - { name: Api, numReplicas: 2 }
  - { name: b, routePrefix: /b, importPath: ./b.ts, deployments: *same }
`;
    const [first, second] = configFile("serve.yaml", text).config.applications;
    expect(second?.deployments).toEqual(first?.deployments);
    expect(problems(text.replace("2", "0"))).toEqual([
      "serve.yaml:5:22 applications[0].deployments[0].numReplicas must be a whole number of at least 1, got 0",
      "serve.yaml:5:22 applications[1].deployments[0].numReplicas must be a whole number of at least 1, got 0",
    ]);
  });

  it("may be JSON, indented with tabs too", () => {
    const document = { applications: [{ importPath: "/app.ts", args: { a: [1, null, "ü"] } }] };
    for (const indent of [0, 2, "\t"]) {
      const { config } = configFile("serve.json", JSON.stringify(document, null, indent));
      expect(config.applications[0]).toMatchObject(document.applications[0] as object);
    }
  });

  it.each<[string, string, string[]]>([
    ["an empty file", "", ["1:1 the document must be an object with applications, got null"]],
    ["text", "hello", ['1:1 the document must be an object with applications, got "hello"']],
    [
      "a bad value, told at its key",
      "applications:\n  - name: a\n    importPath: ./a.ts\n    deployments:\n      - name: Api\n        numReplicas: many\n",
      [
        '6:9 applications[0].deployments[0].numReplicas must be a whole number of at least 1, or "auto", got "many"',
      ],
    ],
    [
      "a typo, told at the key",
      "applications: []\nhttpOptions:\n  prot: 80\n",
      ["3:3 httpOptions.prot is not known, did you mean port?"],
    ],
    [
      "a missing field, told where it should be",
      "applications:\n  - name: a\n  - routePrefix: /b\n    importPath: ./b.ts\n",
      [
        "2:5 applications[0].importPath is missing: it must name a module, such as ./app.ts or ./app.ts#name",
      ],
    ],
    [
      "an item that is nothing",
      "applications:\n  - importPath: ./a.ts\n  -\n",
      ["3:4 applications[1] must be an object with importPath, got null"],
    ],
    [
      "a name twice, told at both places",
      "applications:\n  - {name: a, importPath: ./a.ts}\n  - name: a\n    importPath: ./b.ts\n    routePrefix: /b\n",
      [
        '2:6 applications[0].name must be unique: "a" is also applications[1].name',
        '3:5 applications[1].name must be unique: "a" is also applications[0].name',
      ],
    ],
    [
      "problems of all kinds at once",
      "targetCapacity: -1\nlogging: {level: loud}\napplications:\n  - importPath: 1\n    routePrefix: a\n",
      [
        "1:1 targetCapacity must be a number from 0 to 100, got -1",
        '2:11 logging.level must be "debug", "info", "warn", "error" or "off", got "loud"',
        "4:5 applications[0].importPath must name a module, such as ./app.ts or ./app.ts#name, got 1",
        '5:5 applications[0].routePrefix must be "/" or like "/digits", without a trailing slash and not under "/-", got "a"',
      ],
    ],
    [
      "a tab as indentation",
      "applications:\n\t- importPath: ./a.ts\n",
      ["2:1 Tabs are not allowed as indentation"],
    ],
    [
      "a key twice",
      "applications: []\ntargetCapacity: 1\ntargetCapacity: 2\n",
      ["3:1 Map keys must be unique"],
    ],
    [
      "two documents",
      "applications: []\n---\napplications: []\n",
      ["2:1 A configuration is one document"],
    ],
    ["a key of several parts", "? [a]\n: 1\n", ["1:3 Keys must be strings"]],
    ["a tag", "applications: !env X\n", ["1:15 Unresolved tag: !env"]],
    [
      "a reference to nothing",
      "applications: *nothing\n",
      ["1:1 Unresolved alias (the anchor must be set before the alias): nothing"],
    ],
    ["a part of itself", "applications: &a [*a]\n", ["1:1 A part of it contains itself"]],
    [
      "several syntax errors",
      'applications: []\napplications: []\nhttpOptions: {host: "x}\n',
      ["2:1 Map keys must be unique", '4:1 Missing closing "quote'],
    ],
  ])("is refused: %s", (_what, text, lines) => {
    expect(problems(text)).toEqual(lines.map((line) => `serve.yaml:${line}`));
  });

  it.each<[string, string[]]>([
    ['{\n  "applications": [\n}', ["3:1"]],
    ['{\n\t"applications": [\n\t\t{ "importPath": 1 }\n\t]\n}', ["3:5"]],
  ])("of JSON is refused at its place: %s", (text, places) => {
    const found = problems(text, "serve.json").map(
      (line) => /^serve\.json:(\d+:\d+) /.exec(line)?.[1],
    );
    expect(found).toEqual(places);
  });

  it("says that it is not there", async () => {
    await expect(readConfigFile("nowhere.yaml")).rejects.toThrow(
      /^nowhere.yaml: no such file \(looked for \/.*nowhere.yaml\)$/,
    );
    await expect(readConfigFile(".")).rejects.toThrow(/^\.: EISDIR/);
  });

  it("is read with its name as it was given", async () => {
    const folder = await mkdtemp(join(tmpdir(), "isoserve-config-"));
    const path = join(folder, "serve.yaml");
    await writeFile(path, "applications:\n  - importPath: ./a.ts\n");
    const { config, locate } = await readConfigFile(path);
    expect(config.applications[0]?.importPath).toBe(`file://${folder}/a.ts`);
    expect(locate([{ path: ["applications", 0, "importPath"], message: "is bad" }])).toEqual([
      `${path}:2:5 applications[0].importPath is bad`,
    ]);
    await rm(folder, { recursive: true });
  });
});
