import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ApplicationConfig, Json } from "../../src/config/application-config.ts";
import type { ConfigProblem } from "../../src/controller/declarations.ts";
import type { ServeError } from "../../src/errors.ts";
import { patchApplication } from "../../src/http/application-patch.ts";
import { mergePatch } from "../../src/http/merge-patch.ts";

describe("a merge patch", () => {
  // RFC 7396, appendix A.
  it.each<readonly [Json, Json, Json]>([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, null, null],
    [{ a: "foo" }, "bar", "bar"],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("%j with %j is %j", (target, patch, expected) => {
    expect(mergePatch(target, patch)).toEqual(expected);
  });

  it("takes __proto__ for a key like any other", () => {
    const patched = mergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}'));
    expect(Object.keys(patched as object)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("changes nothing when it is made again, nor what it is made on", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
        const before = JSON.stringify(target);
        const once = mergePatch(target as Json, patch as Json);
        expect(mergePatch(once, patch as Json)).toEqual(once);
        expect(JSON.stringify(target)).toBe(before);
      }),
    );
  });
});

const APP: ApplicationConfig = {
  name: "app",
  routePrefix: "/",
  importPath: "./app.ts",
  deployments: [
    { name: "Api", maxOngoingRequests: 8 },
    { name: "Model", numReplicas: 2, userConfig: { threshold: 0.5, labels: ["a"] } },
  ],
};
const [API, MODEL] = APP.deployments ?? [];

describe("a patch of an application", () => {
  it.each<readonly [what: string, patch: Json, deployments: unknown]>([
    ["leaves the deployments", { args: 1 }, [API, MODEL]],
    ["takes all options", { deployments: null }, undefined],
    [
      "changes one by its name",
      { deployments: [{ name: "Model", numReplicas: 3 }] },
      [API, { ...MODEL, numReplicas: 3 }],
    ],
    [
      "changes one by its key",
      { deployments: { Model: { numReplicas: 3 } } },
      [API, { ...MODEL, numReplicas: 3 }],
    ],
    [
      "removes an option",
      { deployments: [{ name: "Api", maxOngoingRequests: null }] },
      [{ name: "Api" }, MODEL],
    ],
    ["removes one", { deployments: { Api: null } }, [MODEL]],
    ["removes all, one by one", { deployments: { Api: null, Model: null } }, undefined],
    [
      "adds one",
      { deployments: [{ name: "New", numReplicas: 1 }] },
      [API, MODEL, { name: "New", numReplicas: 1 }],
    ],
    [
      "merges a userConfig",
      { deployments: { Model: { userConfig: { threshold: 0.9 } } } },
      [API, { ...MODEL, userConfig: { threshold: 0.9, labels: ["a"] } }],
    ],
    ["changes none of none", { deployments: [] }, [API, MODEL]],
  ])("%s", (_, patch, deployments) => {
    const { deployments: patched, ...rest } = patchApplication(
      APP,
      patch,
    ) as unknown as ApplicationConfig;
    expect(patched).toEqual(deployments);
    expect(rest).toMatchObject({ name: "app", importPath: "./app.ts" });
  });

  it.each<readonly [deployments: Json, path: ConfigProblem["path"]]>([
    ["Api", ["deployments"]],
    [["Api"], ["deployments", 0, "name"]],
    [
      [{ name: "Api" }, { numReplicas: 1 }],
      ["deployments", 1, "name"],
    ],
    [
      [{ name: "Api" }, { name: "Api" }],
      ["deployments", 1, "name"],
    ],
    [{ Api: 3 }, ["deployments", "Api"]],
    [{ Api: { name: "Model" } }, ["deployments", "Api", "name"]],
  ])("of %j is refused", (deployments, path) => {
    let caught: unknown;
    try {
      patchApplication(APP, { deployments });
    } catch (error) {
      caught = error;
    }
    const { code, cause } = caught as ServeError;
    expect(code).toBe("INVALID_CONFIG");
    expect(cause).toEqual([{ path, message: expect.any(String) }]);
  });
});
