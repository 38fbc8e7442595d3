import { afterEach, describe, expect, it } from "vitest";
import { memory } from "../../adapters/memory/index.ts";
import { batch, context, createServe, deployment } from "../../src/index.ts";
import { AdminClient } from "./admin-client.ts";

const BUILT = { importPath: "./app.ts#built" };

class Greeter {
  readonly #greeting: string;
  constructor(greeting = "hello") {
    this.#greeting = greeting;
  }
  fetch() {
    return this.#greeting;
  }
}

class Batches {
  readonly run = batch(async (items: Request[]) => {
    const { batch: info } = context();
    return items.map(() => `of ${info?.size}`);
  });

  reconfigure({ maxBatchSize }: { maxBatchSize: number }) {
    this.run.configure({ maxBatchSize });
  }

  fetch(request: Request) {
    return this.run(request);
  }
}

const exports = {
  batches: deployment(Batches, { userConfig: { maxBatchSize: 3 } }).bind(),
  default: deployment(Greeter).bind(),
  built: ({ greeting = "none" }: { greeting?: string }) => deployment(Greeter).bind(greeting),
};

const started: { shutdown(): Promise<void> }[] = [];
afterEach(async () => {
  for (const serve of started.splice(0)) await serve.shutdown();
});

function start() {
  const serve = createServe(memory({ exports }));
  started.push(serve);
  const { declarations, status, shutdown } = serve;
  const admin = new AdminClient({}, { declarations, status, shutdown });
  const greeting = async (path: string) =>
    (await serve.fetch(new Request(`http://x${path}`))).text();
  return { serve, admin, greeting };
}

const app = (name: string, more: object = {}) => ({
  name,
  routePrefix: `/${name}`,
  importPath: "./app.ts",
  ...more,
});

describe("the admin API of a server that runs", () => {
  it("changes how batches form without a restart, by userConfig", async () => {
    const { serve, admin, greeting } = start();
    const four = () => Promise.all(Array.from({ length: 4 }, () => greeting("/one")));
    const whole = { applications: [app("one", { importPath: "./app.ts#batches" })] };
    await admin.ask("PUT", "/applications", { body: whole });
    const replicas = () => serve.status().applications["one"]?.deployments["Batches"]?.replicas;
    await expect.poll(four).toEqual(["of 3", "of 3", "of 3", "of 1"]);
    const before = replicas();
    const deployments = [{ name: "Batches", userConfig: { maxBatchSize: 2 } }];
    await admin.ask("PATCH", "/applications/one", { body: { deployments } });
    await expect.poll(four).toEqual(["of 2", "of 2", "of 2", "of 2"]);
    expect(replicas()?.map(({ replicaId }) => replicaId)).toEqual(
      before?.map(({ replicaId }) => replicaId),
    );
  });

  it("puts, patches, scales and deletes applications", async () => {
    const { admin, greeting } = start();
    const built = { ...BUILT, args: { greeting: "hi" } };
    const whole = { applications: [app("one"), app("two", built)] };
    const put = await admin.ask("PUT", "/applications", { body: whole });
    expect([put.status, put.body]).toEqual([202, whole]);
    expect([await greeting("/one"), await greeting("/two")]).toEqual(["hello", "hi"]);

    const path = "/applications/two";
    await admin.ask("PATCH", path, { body: { args: { greeting: "ciao" } } });
    await expect.poll(() => greeting("/two")).toBe("ciao");

    const scale = `${path}/deployments/Greeter/scale`;
    expect((await admin.ask("POST", scale, { body: { numReplicas: 2 } })).status).toBe(202);
    expect((await admin.ask("GET", path)).body).toEqual({
      ...app("two", { ...built, args: { greeting: "ciao" } }),
      deployments: [{ name: "Greeter", numReplicas: 2 }],
    });
    expect((await admin.ask("POST", scale, { body: { numReplicas: 0 } })).status).toBe(400);
    const none = `${path}/deployments/None/scale`;
    expect((await admin.ask("POST", none, { body: { numReplicas: 2 } })).status).toBe(404);

    expect((await admin.ask("DELETE", path)).status).toBe(202);
    const { body } = await admin.ask("GET", "/config");
    expect(body).toEqual({ applications: [app("one")] });
  });

  it("scales what is left to another program, and not what is scaled by its load", async () => {
    const { admin, serve } = start();
    const scaled = (autoscaling: object) => ({
      ...app("one"),
      deployments: [{ name: "Greeter", autoscaling }],
    });
    const path = "/applications/one";
    const scale = async (numReplicas: number) => {
      const body = { numReplicas };
      return admin.ask("POST", `${path}/deployments/Greeter/scale`, { body });
    };
    await admin.ask("PUT", path, { body: scaled({ external: true, maxReplicas: 3 }) });
    expect((await scale(3)).status).toBe(202);
    const kept = scaled({ external: true, maxReplicas: 3, initialReplicas: 3 });
    expect((await admin.ask("GET", path)).body).toEqual(kept);
    const count = () =>
      serve.status().applications["one"]?.deployments["Greeter"]?.targetNumReplicas;
    await expect.poll(count).toBe(3);
    const refusal = { code: "INVALID_OPTION", detail: expect.stringContaining("from 1 to 3") };
    expect(await scale(4)).toMatchObject({ status: 400, body: refusal });
    await admin.ask("PUT", path, { body: scaled({ maxReplicas: 3 }) });
    const own = { code: "INVALID_OPTION", detail: expect.stringContaining("scaled by its load") };
    expect(await scale(2)).toMatchObject({ status: 400, body: own });
    expect(count()).toBe(3);
  });

  it("shows how it goes", async () => {
    const { admin, greeting } = start();
    await admin.ask("PUT", "/applications/one", { body: app("one") });
    await greeting("/one");
    const deployments = { Greeter: { status: "HEALTHY", targetNumReplicas: 1 } };
    const one = { status: "RUNNING", deployments };
    expect((await admin.ask("GET", "/status")).body).toMatchObject({ applications: { one } });
    expect((await admin.ask("GET", "/applications")).body).toMatchObject({
      applications: { one: { ...one, config: app("one"), etag: expect.stringMatching(/^"\d+"$/) } },
    });
  });

  it("says at once all that is wrong, and changes nothing then", async () => {
    const { admin } = start();
    await admin.ask("PUT", "/applications/one", { body: app("one") });
    const wrong = {
      applications: [
        app("two", { importPath: "./app.ts#missing" }),
        app("three", { deployments: [{ name: "Greter" }] }),
      ],
    };
    expect(await admin.ask("PUT", "/applications", { body: wrong })).toMatchObject({
      status: 400,
      body: {
        code: "INVALID_CONFIG",
        errors: [
          { pointer: "/applications/0/importPath" },
          { pointer: "/applications/1/deployments/0/name" },
        ],
      },
    });
    const [, three] = wrong.applications;
    expect(await admin.ask("PUT", "/applications/three", { body: three })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/deployments/0/name" }] },
    });
    const taken = { ...app("three"), routePrefix: "/one" };
    expect(await admin.ask("PUT", "/applications/three", { body: taken })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/routePrefix" }] },
    });
    expect((await admin.ask("GET", "/config")).body).toEqual({ applications: [app("one")] });
  });

  it("lets one of two changes with the same tag win", async () => {
    const { admin } = start();
    const { headers } = await admin.ask("PUT", "/applications/one", { body: app("one", BUILT) });
    const tagged = { "if-match": headers.get("etag") as string };
    const patch = (greeting: string) =>
      admin.ask("PATCH", "/applications/one", { body: { args: { greeting } }, headers: tagged });
    const answers = await Promise.all([patch("a"), patch("b")]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 412]);
    const { body } = await admin.ask("GET", "/applications/one");
    expect(body).toEqual(answers.find(({ status }) => status === 202)?.body);
  });

  it("makes every one of several changes without a tag", async () => {
    const { admin } = start();
    await admin.ask("PUT", "/applications/one", { body: app("one", BUILT) });
    const keys = ["a", "b", "c", "d"];
    const answers = await Promise.all(
      keys.map((key) => admin.ask("PATCH", "/applications/one", { body: { args: { [key]: 1 } } })),
    );
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    const { body } = await admin.ask("GET", "/applications/one");
    expect(body).toMatchObject({ args: { a: 1, b: 1, c: 1, d: 1 } });
  });
});
