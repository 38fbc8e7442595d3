import { describe, expect, it } from "vitest";
import { createAdmin } from "../../src/http/admin.ts";
import { isLoopback } from "../../src/http/loopback.ts";
import { AdminClient } from "./admin-client.ts";

const TOKEN = "mF_9.B5f-4.1JqM/x+y~==";

describe("with a token", () => {
  const admin = new AdminClient({ token: TOKEN });

  it.each([
    [`Bearer ${TOKEN}`, 200],
    [`bearer  ${TOKEN} `, 200],
    [undefined, 401],
    ["", 401],
    ["Bearer", 401],
    ["Bearer ", 401],
    [`Bearer ${TOKEN}x`, 401],
    [`Bearer ${TOKEN.slice(1)}`, 401],
    [`Bearer ${TOKEN} ${TOKEN}`, 401],
    [`Basic ${TOKEN}`, 401],
    [TOKEN, 401],
  ])("%j is answered %i", async (authorization, status) => {
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await admin.ask("GET", "/status", { headers });
    expect(answer.status).toBe(status);
    if (status === 200) return;
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer realm="isoserve"/);
    expect(answer.body).toMatchObject({ code: "UNAUTHORIZED" });
  });

  it("tells nobody else what there is", async () => {
    for (const method of ["GET", "PUT", "PATCH", "POST", "DELETE", "OPTIONS"]) {
      expect((await admin.ask(method, "/nothing")).status).toBe(401);
    }
  });

  it("serves every host name", async () => {
    const headers = { authorization: `Bearer ${TOKEN}`, origin: "https://example.com" };
    const answer = await admin.ask("GET", "https://example.com/api/serve/status", { headers });
    expect(answer.status).toBe(200);
    // No page of another site reads it, whatever it was given.
    expect(answer.headers.has("access-control-allow-origin")).toBe(false);
  });

  it.each(["", " ", "two words", "clé", "a\nb"])("refuses %j, which no header carries", (token) => {
    const host = {} as Parameters<typeof createAdmin>[0];
    expect(() => createAdmin(host, { token })).toThrow(/the token must hold letters/);
  });
});

describe("without a token", () => {
  const admin = new AdminClient();
  const at = (host: string) => `http://${host}/api/serve/status`;

  it.each([
    [at("localhost:8265"), {}, 200],
    [at("127.0.0.1:8265"), {}, 200],
    [at("[::1]:8265"), {}, 200],
    [at("127.0.0.1:8265"), { origin: "http://127.0.0.1:8265" }, 200],
    [at("rebound.example:8265"), {}, 403],
    [at("rebound.example:8265"), { origin: "http://rebound.example:8265" }, 403],
    [at("127.0.0.1:8265"), { host: "rebound.example:8265" }, 403],
    [at("127.0.0.1:8265"), { host: "127.0.0.1@rebound.example" }, 403],
    [at("127.0.0.1:8265"), { origin: "https://example.com" }, 403],
    [at("127.0.0.1:8265"), { origin: "http://127.0.0.1:3000" }, 403],
    [at("127.0.0.1:8265"), { origin: "http://localhost:8265" }, 403],
    [at("127.0.0.1:8265"), { origin: "null" }, 403],
  ])("%s %j is answered %i", async (url, headers, status) => {
    const answer = await admin.ask("GET", url, { headers });
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body).toMatchObject({ code: "FORBIDDEN" });
  });

  it("lets no page of another site shut it down", async () => {
    const asForm = { origin: "https://example.com", "content-type": "text/plain" };
    expect((await admin.ask("POST", "/shutdown", { headers: asForm })).status).toBe(403);
    const { origin: _, ...old } = asForm;
    expect((await admin.ask("POST", "/shutdown", { headers: old })).status).toBe(415);
    expect(admin.shutdowns).toBe(0);
  });
});

describe("loopback", () => {
  it.each([
    ["localhost", true],
    ["LOCALHOST:80", true],
    ["127.0.0.1", true],
    ["127.8.9.10:1", true],
    ["127.1", true],
    ["[::1]:8265", true],
    ["[::ffff:10.0.0.1]", false],
    ["0.0.0.0", false],
    ["10.0.0.1", false],
    ["localhost.example", false],
    ["127.0.0.1.example", false],
    ["x127.0.0.1", false],
    ["not-localhost", false],
    ["", false],
    ["a b", false],
  ])("%j: %s", (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
