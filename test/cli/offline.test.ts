import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { configJsonSchema } from "../../src/config/json-schema.ts";
import { isoserve, ROOT, start } from "./command.ts";

vi.setConfig({ testTimeout: 20_000 });

const APP = `
import { deployment } from ${JSON.stringify(`${ROOT}/dist/adapters/node/entry.js`)};
export class Model {}
export class Api { fetch() { return "fine"; } }
const model = deployment(Model, { numReplicas: 3, userConfig: { threshold: 0.5 } });
export default deployment(Api).bind(model.bind());
export const spare = deployment(Api, { name: "Spare" }).bind(model.bind(), model.bind());
// Left behind as modules do.
setInterval(() => {}, 1000);
`;

let folder = "";
const run = (...args: readonly string[]) => start(args, folder).ended;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoserve-offline-"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "app.ts"), APP);
});
afterAll(() => rm(folder, { recursive: true }));

describe("isoserve build", () => {
  it("prints what the code gives of one application", async () => {
    const { code, stdout, stderr } = await run("build", "app.ts");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(parse(stdout)).toEqual({
      applications: [
        {
          name: "default",
          routePrefix: "/",
          importPath: "./app.ts",
          deployments: [
            { name: "Model", numReplicas: 3, userConfig: { threshold: 0.5 } },
            { name: "Api", numReplicas: 1 },
          ],
        },
      ],
    });
  });

  it("writes a file that isoserve check finds right, and never over another", async () => {
    const written = await run("build", "app.ts", "app.ts#spare", "-o", "made.yaml");
    expect(written).toMatchObject({ code: 0, stdout: "isoserve: wrote made.yaml\n" });
    const { applications } = parse(await readFile(join(folder, "made.yaml"), "utf8"));
    expect(applications).toMatchObject([
      { name: "app", routePrefix: "/app", importPath: "./app.ts" },
      {
        name: "spare",
        routePrefix: "/spare",
        importPath: "./app.ts#spare",
        deployments: [{ name: "Model" }, { name: "Model_1" }, { name: "Spare" }],
      },
    ]);
    const checked = await run("check", "made.yaml");
    expect(checked).toMatchObject({
      code: 0,
      stdout: "isoserve: made.yaml is right (2 applications)\n",
      stderr: "",
    });
    const again = await run("build", "app.ts", "-o", "made.yaml");
    expect(again.stderr).toBe("isoserve: made.yaml is there already: --force writes over it\n");
    expect(again.code).toBe(1);
    expect(await run("build", "app.ts", "-o", "made.yaml", "--force")).toMatchObject({ code: 0 });
  });

  it("says what is wrong with a module", async () => {
    const { code, stderr } = await run("build", "app.ts#other");
    expect(stderr).toContain('app.ts has no export "other"; it exports default, spare');
    expect(code).toBe(1);
  });
});

describe("isoserve check", () => {
  it("tells all that the code has against a configuration by line and column", async () => {
    const text = `applications:
  - importPath: ./app.ts
    deployments:
      - { name: model, numReplicas: 2 }
      - name: Nobody
  - name: other
    routePrefix: /other
    importPath: ./nowhere.ts
`;
    await writeFile(join(folder, "wrong.yaml"), text);
    const { code, stderr } = await run("check", "wrong.yaml");
    expect(stderr.split("\n")).toEqual([
      'wrong.yaml:4:11 applications[0].deployments[0].name "model" is no deployment of the application; did you mean Model?',
      'wrong.yaml:5:9 applications[0].deployments[1].name "Nobody" is no deployment of the application; it has Model, Api',
      expect.stringMatching(
        /^wrong.yaml:8:5 applications\[1\].importPath can't be loaded: \/.*\/nowhere.ts: no such file/,
      ),
      "",
    ]);
    expect(code).toBe(2);
  });

  it("tells what is wrong before it looks at the code", async () => {
    await writeFile(join(folder, "bad.json"), '{\n  "applications": [{ "importPath": 1 }]\n}');
    const { code, stderr } = await run("check", "bad.json");
    expect(stderr).toMatch(/^bad.json:2:22 applications\[0\].importPath must name a module/);
    expect(code).toBe(2);
  });
});

describe("isoserve schema", () => {
  it("prints the JSON Schema", async () => {
    const { code, stdout } = await isoserve("schema");
    expect(JSON.parse(stdout)).toEqual(configJsonSchema());
    expect(code).toBe(0);
  });
});
