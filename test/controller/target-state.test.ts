import { describe, expect, it } from "vitest";
import { memory, memoryStore } from "../../adapters/memory/testing.ts";
import type { ApplicationConfig } from "../../src/config/application-config.ts";
import { createServe, deployment, type Handle, type ServeStatus } from "../../src/index.ts";
import type { StoredDocument } from "../../src/state-store.ts";

class Greeter {
  #greeting = "hello";
  reconfigure({ greeting }: { greeting: string }) {
    if (greeting === "refused") throw new Error("no such greeting");
    this.#greeting = greeting;
  }
  greet() {
    return this.#greeting;
  }
}
class Unfit {
  constructor() {
    throw new Error("its weights are missing");
  }
}
const exports = {
  default: deployment(Greeter).bind(),
  twice: (args: { numReplicas: number }) => deployment(Greeter, args).bind(),
  unfit: deployment(Unfit, { name: "Greeter", maxConstructorRetries: 1 }).bind(),
};

const config = (patch: Partial<ApplicationConfig> = {}): ApplicationConfig => ({
  name: "app",
  routePrefix: "/",
  importPath: "./app.ts",
  ...patch,
});
const withOptions = (options: object) => config({ deployments: [{ name: "Greeter", ...options }] });

function host(documents = new Map<string, StoredDocument>()) {
  const serve = createServe(memory({ exports, store: memoryStore(documents) }));
  const { declarations, controller } = serve;
  return {
    serve,
    declarations,
    documents,
    greet: () => (serve.handle("app") as Handle<Greeter>).greet(),
    settled: () => controller.settled("app"),
    replicas: () => replicasOf(serve.status()),
    put: async (given: ApplicationConfig) => {
      await declarations.put(given, undefined);
      await controller.settled("app");
    },
  };
}

function replicasOf({ applications }: ServeStatus): string[] {
  return (applications["app"]?.deployments["Greeter"]?.replicas ?? []).map(
    ({ replicaId }) => replicaId,
  );
}

describe("TargetState", () => {
  it("runs what is declared, and leaves what is declared unchanged", async () => {
    const { put, greet, replicas } = host();
    await put(config());
    expect(await greet()).toBe("hello");
    const before = replicas();
    await put(config());
    expect(replicas()).toEqual(before);
  });

  it("changes settings without restarting, and replicas when the code's arguments change", async () => {
    const { put, greet, replicas } = host();
    await put(config({ importPath: "#twice", args: { numReplicas: 1 } }));
    const before = replicas();
    const options = { deployments: [{ name: "Greeter", userConfig: { greeting: "good day" } }] };
    await put(config({ importPath: "#twice", args: { numReplicas: 1 }, ...options }));
    expect([await greet(), replicas()]).toEqual(["good day", before]);
    await put(config({ importPath: "#twice", args: { numReplicas: 2 }, ...options }));
    expect(replicas()).toHaveLength(2);
    expect(replicas()).not.toContain(before[0]);
  });

  it("replaces the whole: what is not listed is deleted", async () => {
    const { declarations, serve } = host();
    const [one, other] = [config({ name: "one", routePrefix: "/one" }), config({ name: "other" })];
    await declarations.replace({ applications: [one, other] });
    await declarations.replace({ applications: [other] });
    await serve.controller.settled("other");
    expect(declarations.applications.map(({ config: { name } }) => name)).toEqual(["other"]);
    await expect.poll(() => Object.keys(serve.status().applications)).toEqual(["other"]);
  });

  it("refuses a target with all that is wrong with it, and changes nothing", async () => {
    const { declarations, documents } = host();
    const wrong = declarations.replace({
      applications: [
        config({ importPath: "#missing" }),
        config({ name: "b", routePrefix: "/b", deployments: [{ name: "Gretel" }] }),
      ],
    });
    await expect(wrong).rejects.toMatchObject({
      code: "INVALID_CONFIG",
      cause: [
        { path: ["applications", 0, "importPath"] },
        { path: ["applications", 1, "deployments", 0, "name"] },
      ],
    });
    expect(declarations.applications).toEqual([]);
    expect(documents.size).toBe(0);
  });

  it("puts one at a time: of two with one revision the second is told", async () => {
    const { declarations } = host();
    const { revision } = await declarations.put(config(), 0);
    const first = declarations.put(withOptions({ numReplicas: 2 }), revision);
    const second = declarations.put(withOptions({ numReplicas: 3 }), revision);
    await first;
    await expect(second).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(declarations.put(config(), 0)).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("refuses a prefix that another application has", async () => {
    const { declarations } = host();
    await declarations.put(config(), undefined);
    const other = declarations.put(config({ name: "other" }), undefined);
    await expect(other).rejects.toMatchObject({
      message: expect.stringContaining("belongs to the application app"),
    });
  });

  it("keeps a scaled count in what is declared", async () => {
    const { serve, declarations, replicas, put } = host();
    await put(withOptions({ maxOngoingRequests: 3 }));
    await serve.scale("app/Greeter", 3);
    expect(replicas()).toHaveLength(3);
    expect(declarations.applications[0]?.config.deployments).toEqual([
      { name: "Greeter", maxOngoingRequests: 3, numReplicas: 3 },
    ]);
    await expect(serve.scale("app/Greeter", 0)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    await expect(serve.scale("app/None", 1)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(replicas()).toHaveLength(3);
  });

  it("runs what is declared while one of its name is deleted, after that", async () => {
    const { serve, put, greet, declarations, replicas } = host();
    await put(config());
    const [former] = replicas();
    const deleted = serve.delete("app");
    await declarations.put(config(), undefined);
    await deleted;
    await serve.controller.settled("app");
    expect(await greet()).toBe("hello");
    expect(replicas()).not.toContain(former);
    expect(declarations.applications).toHaveLength(1);
  });

  it("scales every count by targetCapacity", async () => {
    const { declarations, serve, replicas, settled } = host();
    const applications = [withOptions({ numReplicas: 4 })];
    for (const [targetCapacity, expected] of [
      [50, 2],
      [1, 1],
      [0, 0],
      [100, 4],
    ] as const) {
      await declarations.replace({ applications, targetCapacity });
      await settled();
      expect(replicas()).toHaveLength(expected);
    }
    await serve.shutdown();
  });

  it("declares what ran before when an update is rolled back", async () => {
    const { declarations, put, greet, settled } = host();
    await put(config());
    await declarations.put(config({ importPath: "#unfit" }), undefined);
    await expect(settled()).rejects.toMatchObject({ code: "DEPLOY_FAILED" });
    await expect.poll(() => declarations.applications[0]?.config).toEqual(config());
    expect(await greet()).toBe("hello");
  });

  it("brings everything back with its last options", async () => {
    const documents = new Map<string, StoredDocument>();
    const before = host(documents);
    await before.put(withOptions({ userConfig: { greeting: "good day" } }));
    await before.serve.scale("app/Greeter", 2);
    await before.serve.shutdown();
    const after = host(documents);
    await after.declarations.recover();
    await after.settled();
    expect([await after.greet(), after.replicas().length]).toEqual(["good day", 2]);
    expect(after.declarations.applications).toEqual(before.declarations.applications);
  });

  it("tells of what it could not load, and runs the rest", async () => {
    const documents = new Map<string, StoredDocument>();
    const before = host(documents);
    await before.put(config());
    await before.put(config({ name: "app", importPath: "#twice", args: { numReplicas: 1 } }));
    await before.declarations.put(config({ name: "other", routePrefix: "/o" }), 0);
    const { text, revision } = documents.get("target") as StoredDocument;
    documents.set("target", { text: text.replace("#twice", "#gone"), revision });
    const after = host(documents);
    await after.declarations.recover();
    const { applications } = after.serve.status();
    expect(applications["app"]?.status).toBe("DEPLOY_FAILED");
    expect(applications["app"]?.message).toContain("gone");
    await after.serve.controller.settled("other");
    await after.declarations.delete("app", undefined);
    expect(Object.keys(after.serve.status().applications)).toEqual(["other"]);
  });

  it.each([
    ["of a newer isoserve", (text: string) => text.replace('"format":1', '"format":2')],
    ["damaged", (text: string) => text.slice(0, -5)],
    ["damaged", (text: string) => text.replace('"routePrefix":"/"', '"routePrefix":7')],
    ["damaged", () => "null"],
  ])("refuses a stored state that is %s, and leaves it", async (why, damage) => {
    const documents = new Map<string, StoredDocument>();
    await host(documents).put(config());
    const { text, revision } = documents.get("target") as StoredDocument;
    const damaged = { text: damage(text), revision };
    documents.set("target", damaged);
    const after = host(documents);
    await expect(after.declarations.recover()).rejects.toMatchObject({
      code: "STATE_UNREADABLE",
      message: expect.stringContaining(why),
    });
    await expect(after.declarations.put(config(), undefined)).rejects.toThrow();
    expect(documents.get("target")).toBe(damaged);
  });
});
