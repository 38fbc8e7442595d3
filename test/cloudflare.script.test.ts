import { describe, expect, it } from "vitest";
import { type ScriptApplication, scriptChanges } from "../adapters/cloudflare/script-target.ts";
import type { ApplicationConfig } from "../src/config/application-config.ts";

const app = (name: string, routePrefix = `/${name}`): ScriptApplication => ({
  name,
  routePrefix,
  importPath: `#${name}`,
});
const scaled: ApplicationConfig = {
  ...app("a"),
  deployments: [{ name: "Counter", numReplicas: 3 }],
};
const NOTHING = { put: [], remove: [] };

describe("scriptChanges", () => {
  it("declares all of the first script", () => {
    expect(scriptChanges([], [app("a"), app("b")], [])).toEqual({
      put: [app("a"), app("b")],
      remove: [],
    });
  });

  it("leaves what was declared by hand", () => {
    expect(scriptChanges([app("a")], [app("a")], [scaled])).toEqual(NOTHING);
  });

  it("leaves deleted what was deleted by hand", () => {
    expect(scriptChanges([app("a")], [app("a")], [])).toEqual(NOTHING);
  });

  it("leaves an application that was declared before the script had it", () => {
    expect(scriptChanges([], [app("a")], [scaled])).toEqual(NOTHING);
  });

  it("adds what is new and removes what is gone", () => {
    const declared = [app("a"), app("b")];
    expect(scriptChanges([app("a"), app("b")], [app("b"), app("c")], declared)).toEqual({
      put: [app("c")],
      remove: ["a"],
    });
  });

  it("leaves an application of a name that is gone, but of other code", () => {
    const other = { ...app("a"), importPath: "#other" };
    expect(scriptChanges([app("a")], [], [other])).toEqual(NOTHING);
  });

  it("moves an application, options and all, unless it was moved by hand", () => {
    const moved = app("a", "/new");
    expect(scriptChanges([app("a")], [moved], [scaled])).toEqual({
      put: [{ ...scaled, routePrefix: "/new" }],
      remove: [],
    });
    const elsewhere = { ...scaled, routePrefix: "/elsewhere" };
    expect(scriptChanges([app("a")], [moved], [elsewhere])).toEqual(NOTHING);
  });
});
