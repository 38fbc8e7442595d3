import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { type Listening, listen, node } from "../adapters/node/index.ts";
import { createServe } from "../src/index.ts";
import { duplex, echoPieces } from "./duplex.ts";
import { feed, mirror } from "./fixtures/apps.ts";
import type { Gate } from "./fixtures/gate.ts";

const APPS = { feed, mirror };
const MODULE = new URL("./fixtures/apps.ts", import.meta.url);

describe.each(["inline", "worker"])("over HTTP, isolation %s", (isolation) => {
  const serve = createServe(node());
  let server: Listening | undefined;
  afterEach(async () => {
    await server?.close();
    for (const name of Object.keys(serve.status().applications)) await serve.delete(name);
  });
  afterAll(() => serve.shutdown());

  async function start(exportName: keyof typeof APPS): Promise<string> {
    const module = isolation === "worker" && { module: `${MODULE.href}#${exportName}` };
    await serve.run<unknown>(APPS[exportName], { ...module });
    server = await listen(serve, { port: 0 });
    return server.url;
  }

  it("a body is answered while it is sent", async () => {
    const url = await start("mirror");
    expect(await echoPieces(`${url}/duplex`, 100)).toBe(200);
  });

  it("an answer that is not read holds the sender of the request back", async () => {
    const url = await start("mirror");
    const first = "x".repeat(64 * 1024);
    const echo = await duplex(`${url}/duplex`, first);
    echo.response.pause();
    for (let sent = 0; sent < 1000; sent += 1) echo.write(first);
    let left = -1;
    while (left !== echo.unsent) {
      left = echo.unsent;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(left).toBeGreaterThan(16 * 1024 * 1024);
    echo.response.destroy();
  });

  it("server-sent events come at once, their head before the first", async () => {
    const url = await start("feed");
    const gate = serve.handle<Gate>("default/Gate");
    const [response] = (await once(get(`${url}/late`), "response")) as [IncomingMessage];
    expect(response.headers).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-cache",
      "x-accel-buffering": "no",
    });
    const event = once(response, "data");
    await gate.open("first");
    expect(String((await event)[0])).toBe("data: late\n\n");
    response.destroy();
  });

  it("a client that leaves ends its events", async () => {
    const url = await start("feed");
    const gate = serve.handle<Gate>("default/Gate");
    const [response] = (await once(get(`${url}/endless`), "response")) as [IncomingMessage];
    await once(response, "data");
    response.destroy();
    await gate.noted("left");
  });
});
