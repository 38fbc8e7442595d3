import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Verdict, verdict } from "../../src/http/etag.ts";
import { AdminClient } from "./admin-client.ts";

const CONFIG = { name: "app", routePrefix: "/", importPath: "./app.ts" };
const THERE = { exists: true, etag: '"3"' };
const NOT_THERE = { exists: false, etag: undefined };
const UNTAGGED = { exists: true, etag: undefined };

const TABLE: readonly (readonly [
  string,
  Record<string, string>,
  typeof THERE | typeof NOT_THERE,
  Verdict,
])[] = [
  ["PUT", {}, THERE, "proceed"],
  ["PUT", { "if-match": '"3"' }, THERE, "proceed"],
  ["PUT", { "if-match": '"2"' }, THERE, "failed"],
  ["PUT", { "if-match": '"1", "3"' }, THERE, "proceed"],
  ["PUT", { "if-match": "3" }, THERE, "failed"],
  ["PUT", { "if-match": 'W/"3"' }, THERE, "failed"],
  ["PUT", { "if-match": "*" }, THERE, "proceed"],
  ["PUT", { "if-match": "*" }, NOT_THERE, "failed"],
  ["PUT", { "if-match": "*" }, UNTAGGED, "proceed"],
  ["PUT", { "if-match": '"3"' }, UNTAGGED, "failed"],
  ["PUT", { "if-none-match": "*" }, THERE, "failed"],
  ["PUT", { "if-none-match": "*" }, NOT_THERE, "proceed"],
  ["PUT", { "if-none-match": '"3"' }, THERE, "failed"],
  ["PUT", { "if-none-match": '"2"' }, THERE, "proceed"],
  ["PUT", { "if-match": '"3"', "if-none-match": '"3"' }, THERE, "failed"],
  ["GET", { "if-none-match": '"3"' }, THERE, "not modified"],
  ["HEAD", { "if-none-match": '"3"' }, THERE, "not modified"],
  ["GET", { "if-none-match": 'W/"3"' }, THERE, "not modified"],
  ["GET", { "if-none-match": '"2"' }, THERE, "proceed"],
  ["GET", { "if-match": '"2"' }, THERE, "failed"],
];

describe("preconditions", () => {
  it.each(TABLE)("%s %j of %j: %s", (method, headers, resource, expected) => {
    expect(verdict({ method, headers: new Headers(headers) }, resource)).toBe(expected);
  });
});

describe("an application's tag", () => {
  async function declared() {
    const admin = new AdminClient();
    const { headers } = await admin.ask("PUT", "/applications/app", { body: CONFIG });
    return { admin, etag: headers.get("etag") as string };
  }
  const ask = (
    admin: AdminClient,
    method: string,
    headers: Record<string, string>,
    body?: unknown,
  ) => admin.ask(method, "/applications/app", { headers, ...(body !== undefined && { body }) });

  it("is the one that a read gives, and another after each change", async () => {
    const { admin, etag } = await declared();
    expect((await ask(admin, "GET", {})).headers.get("etag")).toBe(etag);
    const patched = await ask(admin, "PATCH", { "if-match": etag }, { args: 1 });
    expect(patched.status).toBe(202);
    expect(patched.headers.get("etag")).not.toBe(etag);
    expect(await ask(admin, "PATCH", { "if-match": etag }, { args: 2 })).toMatchObject({
      status: 412,
      body: {
        code: "CONFLICT",
        detail: expect.stringContaining(patched.headers.get("etag") ?? ""),
      },
    });
  });

  it("saves reading what is known", async () => {
    const { admin, etag } = await declared();
    const again = await ask(admin, "GET", { "if-none-match": etag });
    expect([again.status, again.body, again.headers.get("etag")]).toEqual([304, "", etag]);
  });

  it("lets one create it", async () => {
    const admin = new AdminClient();
    const create = () => ask(admin, "PUT", { "if-none-match": "*" }, CONFIG);
    const statuses = (await Promise.all([create(), create(), create()])).map(
      ({ status }) => status,
    );
    expect(statuses.toSorted()).toEqual([202, 412, 412]);
  });

  it("lets one of several changes win", async () => {
    const { admin, etag } = await declared();
    const headers = { "if-match": etag };
    const answers = await Promise.all([
      ask(admin, "PATCH", headers, { args: 1 }),
      ask(admin, "PATCH", headers, { args: 2 }),
      ask(admin, "PUT", headers, { ...CONFIG, args: 3 }),
    ]);
    const statuses = answers.map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([202, 412, 412]);
    expect((await ask(admin, "GET", {})).body).toEqual(answers[statuses.indexOf(202)]?.body);
  });

  it("keeps a deletion from a change that comes first", async () => {
    const { admin, etag } = await declared();
    const changed = admin.declarations.put({ ...CONFIG, args: 1 }, undefined);
    expect((await ask(admin, "DELETE", { "if-match": etag })).status).toBe(412);
    await changed;
    expect((await ask(admin, "DELETE", {})).status).toBe(202);
  });

  it("is asked again when the application was deleted meanwhile", async () => {
    const { admin, etag } = await declared();
    const answers = await Promise.all([
      ask(admin, "DELETE", {}),
      ask(admin, "PATCH", { "if-match": etag }, { args: 1 }),
      ask(admin, "PATCH", {}, { args: 1 }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([202, 404, 404]);
  });

  it("is not there of the whole", async () => {
    const { admin } = await declared();
    const body = { applications: [] };
    const headers = { "if-match": '"1"' };
    expect((await admin.ask("PUT", "/applications", { body, headers })).status).toBe(412);
    expect((await admin.ask("DELETE", "/applications", { headers })).status).toBe(412);
    expect(admin.declarations.applications).toHaveLength(1);
  });

  it("need not be given: patches at the same time are all made", async () => {
    const keys = fc.uniqueArray(fc.stringMatching(/^[a-z]+$/), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(keys, async (names) => {
        const { admin } = await declared();
        const patches = names.map((name) => ask(admin, "PATCH", {}, { args: { [name]: true } }));
        for (const { status } of await Promise.all(patches)) expect(status).toBe(202);
        const args = Object.fromEntries(names.map((name) => [name, true]));
        const { body } = await ask(admin, "GET", {});
        expect(body).toEqual(names.length > 0 ? { ...CONFIG, args } : CONFIG);
      }),
      { numRuns: 30 },
    );
  });
});
