import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { type AdminListenOptions, listenAdmin } from "../adapters/node/admin-listener.ts";
import type { Listening } from "../adapters/node/http-server.ts";
import type { AdminHost } from "../src/http/admin.ts";
import { MemoryDeclarations } from "./http/memory-declarations.ts";

const TOKEN = "a-token";
const APP = { name: "app", routePrefix: "/", importPath: "file:///srv/app.ts" };

let listening: Listening | undefined;
afterEach(async () => {
  await listening?.close();
  listening = undefined;
});

async function start(options: AdminListenOptions = {}, host: Partial<AdminHost> = {}) {
  listening = await listenAdmin(
    {
      declarations: new MemoryDeclarations(),
      httpOptions: {},
      logging: {},
      status: () => ({ applications: {} }),
      metrics: async () => [],
      shutdown: async () => {},
      ...host,
    },
    { port: 0, ...options },
  );
  return `${listening.url}/api/serve`;
}

const put = (body: string, headers: Record<string, string> = {}): RequestInit => ({
  method: "PUT",
  body,
  headers: { "content-type": "application/json", ...headers },
});

/** `fetch` sets some headers itself. */
function statusWith(url: string, headers: Record<string, string>, path?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, ...(path !== undefined && { path }) }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on("error", reject).end();
  });
}

describe("the admin listener", () => {
  it("serves this machine without a token", async () => {
    const url = await start();
    expect(new URL(url).hostname).toBe("127.0.0.1");
    const written = await fetch(`${url}/applications/app`, put(JSON.stringify(APP)));
    expect(written.status).toBe(202);
    const read = await fetch(`${url}/applications/app`);
    expect([await read.json(), read.headers.get("etag")]).toEqual([
      APP,
      written.headers.get("etag"),
    ]);
    expect((await fetch(`${url}/applications/app`, { method: "HEAD" })).status).toBe(200);
    expect((await fetch(`${url}/applications/app`, { method: "DELETE" })).status).toBe(202);
  });

  it.each(["::1", "localhost"])("serves %s without a token", async (host) => {
    const url = await start({ host });
    expect((await fetch(`${url}/status`)).status).toBe(200);
  });

  it.each(["0.0.0.0", "::", "192.0.2.1", "server.example"])(
    "wants a token for %s",
    async (host) => {
      await expect(start({ host })).rejects.toMatchObject({
        code: "INVALID_OPTION",
        message: expect.stringMatching(/^admin API: [^\n]*--admin-token/),
      });
    },
  );

  it("asks for the token everywhere", async () => {
    const url = await start({ host: "0.0.0.0", token: TOKEN });
    const local = url.replace("0.0.0.0", "127.0.0.1");
    const refused = await fetch(`${local}/status`);
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([
      401,
      'Bearer realm="isoserve"',
    ]);
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await fetch(`${local}/status`, { headers })).status).toBe(200);
    expect(await statusWith(`${local}/status`, { ...headers, host: "server.example" })).toBe(200);
  });

  it("serves no name that others can give it, and no other site", async () => {
    const url = `${await start()}/status`;
    const { host, origin } = new URL(url);
    expect(await statusWith(url, {})).toBe(200);
    expect(await statusWith(url, { origin })).toBe(200);
    expect(await statusWith(url, { host: "rebound.example" })).toBe(403);
    expect(
      await statusWith(url, { host: "rebound.example", origin: "http://rebound.example" }),
    ).toBe(403);
    expect(await statusWith(url, { host: "rebound.example" }, url)).toBe(403);
    expect(await statusWith(url, { host }, "http://rebound.example/api/serve/status")).toBe(403);
    expect(await statusWith(url, { origin: "https://example.com" })).toBe(403);
  });

  it("answers a body that is too large, said or not", async () => {
    const url = `${await start()}/applications`;
    const large = `"${"x".repeat(5 * 1024 * 1024)}"`;
    const said = await fetch(url, put(large));
    expect([said.status, await said.json()]).toMatchObject([413, { code: "PAYLOAD_TOO_LARGE" }]);
    const streamed = await fetch(url, {
      ...put(""),
      body: new Blob([large]).stream(),
      duplex: "half",
    } as RequestInit);
    expect([streamed.status, await streamed.json()]).toMatchObject([
      413,
      { code: "PAYLOAD_TOO_LARGE" },
    ]);
    // The connection, or a new one, goes on.
    expect((await fetch(url)).status).toBe(200);
  });

  it("answers the one who shuts the server down", async () => {
    const closed = Promise.withResolvers<void>();
    const url = await start(
      {},
      {
        shutdown: async () => {
          await listening?.close();
          closed.resolve();
        },
      },
    );
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}/shutdown`, { method: "POST", headers });
    expect(answer.status).toBe(202);
    await closed.promise;
    await expect(fetch(`${url}/status`)).rejects.toThrow();
    listening = undefined;
  });

  it("names its own flag when the port is taken", async () => {
    const { port } = new URL(await start());
    const second = listenAdmin({} as AdminHost, { port: Number(port) });
    await expect(second).rejects.toThrow(/is in use; take another \(--admin-port \d+\)/);
  });
});
