import { once } from "node:events";
import { get, type IncomingMessage, request } from "node:http";
import { connect as connectTcp, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { type Listening, listen, node } from "../adapters/node/index.ts";
import { createServe, type Handle } from "../src/index.ts";
import { talk } from "./fixtures/apps.ts";
import type { Gate } from "./fixtures/gate.ts";
import { realSockets } from "./real-sockets.ts";
import { parseExposition } from "./telemetry/parse-exposition.ts";

const file = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const LIMIT = 1024 * 1024;
const serve = createServe(node(), { bodyLimitBytes: LIMIT });
const sockets = realSockets(async () => server.url);
let server: Listening;
let gate: Handle<Gate>;

beforeAll(async () => {
  const module = new URL("./fixtures/apps.ts#talk", import.meta.url).href;
  await serve.run(talk, { routePrefix: "/talk", module });
  gate = serve.handle<Gate>("default/Gate");
  server = await listen(serve, { port: 0 });
});
afterEach(() => vi.useRealTimers());
afterAll(async () => {
  await server.close();
  await serve.shutdown();
});

async function metrics(): Promise<string> {
  return (await fetch(`${server.url}/-/metrics`)).text();
}

/** Calls that run in the replica, by its own count. */
async function ongoing(): Promise<number> {
  const series = parseExposition(await metrics()).flatMap((family) => family.series);
  const found = series.filter(
    ({ name, labels }) =>
      name === "isoserve_replica_ongoing_calls" && labels["deployment"] === "Talk",
  );
  return found.reduce((sum, { value }) => sum + value, 0);
}

/** Waits until nothing runs any more. */
async function quiet(): Promise<void> {
  while ((await ongoing()) > 0);
}

const HANDSHAKE = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-version": "13",
};

/** A connection that has become a WebSocket, for bytes that no client would send. */
async function bareSocket(path = "/talk/echo"): Promise<Socket> {
  const asked = request(`${server.url}${path}`, { headers: HANDSHAKE }).end();
  const [, socket] = (await once(asked, "upgrade")) as [IncomingMessage, Socket];
  socket.on("error", () => {});
  return socket;
}

/** A client whose handshake waits, since the replica has its one socket already. */
async function handshakeThatWaits() {
  const deployments = { Talk: { maxOngoingRequests: 1 } };
  const handle = await serve.run(talk, { name: "one", routePrefix: "/one", deployments });
  const taken = await sockets("/one/echo");
  const waits = connectTcp(server.port, "127.0.0.1");
  waits.on("error", () => {}).resume();
  waits.write(handshakeOf("/one/held", HANDSHAKE));
  const queued = 'isoserve_router_queued_calls{application="one",deployment="Talk"} 1';
  const isWaiting = async () => (await metrics()).includes(queued);
  while (!(await isWaiting()));
  return {
    waits,
    /** Once the client is gone. Returns what the replica has noted. */
    end: async () => {
      while (await isWaiting());
      taken.close();
      await handle.replica();
      const log = await serve.handle<Gate>("one/Gate").log();
      await serve.delete("one");
      return log;
    },
  };
}

function handshakeOf(path: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\nhost: test\r\n${lines.join("")}\r\n`;
}

/** Resolves when a connection is closed, in whatever way. */
function gone(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.once("close", resolve));
}

/** What an HTTP client gets that asks for an upgrade. */
async function answerTo(headers: Record<string, string>, path = "/talk/echo") {
  const asked = get(`${server.url}${path}`, { headers, agent: false });
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  let body = "";
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, headers: response.headers, body };
}

describe("a handshake", () => {
  it("agrees on a subprotocol, and answers with the application's headers", async () => {
    const socket = new WebSocket(`${server.url}/talk/spoken`, ["v0.talk", "v1.talk", "v2.talk"], {
      headers: { "x-request-id": "given" },
    });
    const [[{ headers }], [first]] = await Promise.all([
      once(socket, "upgrade") as Promise<[IncomingMessage]>,
      once(socket, "message"),
    ]);
    expect(String(first)).toBe("speaking v2.talk");
    expect(socket.protocol).toBe("v2.talk");
    expect(headers).toMatchObject({ "set-cookie": ["seen=1"], "x-request-id": "given" });
    expect(socket.extensions).toBe("");
    socket.close();
  });

  it("goes without a subprotocol that nobody speaks", async () => {
    const asked = request(`${server.url}/talk/spoken`, {
      headers: { ...HANDSHAKE, "sec-websocket-protocol": "other" },
    }).end();
    const [response, socket] = (await once(asked, "upgrade")) as [IncomingMessage, Socket];
    expect(response.headers["sec-websocket-protocol"]).toBeUndefined();
    socket.destroy();
  });

  it("that is turned down gets an HTTP answer, and the connection is closed", async () => {
    const answer = await answerTo(HANDSHAKE, "/talk/nothing");
    expect(answer).toMatchObject({ status: 403, body: "there is no socket here" });
    expect(answer.headers.connection).toBe("close");
  });

  it.each([
    ["another version", { "sec-websocket-version": "8" }],
    ["no key", { "sec-websocket-key": "" }],
    ["a key of the wrong size", { "sec-websocket-key": "c2hvcnQ=" }],
  ])("with %s is none", async (_, wrong) => {
    const answer = await answerTo({ ...HANDSHAKE, ...wrong });
    expect(answer.status).toBe(426);
    expect(answer.headers).toMatchObject({ upgrade: "websocket", "sec-websocket-version": "13" });
  });

  it("of another protocol is a request as any other", async () => {
    const answer = await answerTo({ connection: "Upgrade", upgrade: "h2c" }, "/talk/nothing");
    expect(answer).toMatchObject({ status: 403, body: "there is no socket here" });
  });

  it("whose client leaves while it waits never runs", async () => {
    const { waits, end } = await handshakeThatWaits();
    waits.destroy();
    expect(await end()).not.toContain("open");
  });
});

describe("sockets", () => {
  it("are there by the hundreds", async () => {
    const all = await Promise.all(Array.from({ length: 200 }, () => sockets("/talk/echo")));
    expect(await ongoing()).toBe(200);
    const rounds = 20;
    await Promise.all(
      all.map(async (socket, index) => {
        for (let round = 0; round < rounds; round += 1) {
          socket.send(`${index}/${round}`);
          expect(await socket.next()).toBe(`${index}/${round}`);
        }
      }),
    );
    for (const socket of all) socket.close();
    await quiet();
  });

  it("answer a ping", async () => {
    const socket = new WebSocket(`${server.url}/talk/echo`);
    await once(socket, "open");
    socket.ping("are you there");
    expect(String((await once(socket, "pong"))[0])).toBe("are you there");
    socket.close();
  });

  it("hold back a client whose messages are handled too slowly", async () => {
    const socket = new WebSocket(`${server.url}/talk/held`, { perMessageDeflate: false });
    await once(socket, "open");
    const message = "x".repeat(64 * 1024);
    for (let sent = 0; sent < 1000; sent += 1) socket.send(message);
    // What neither the server nor the network has taken stays here.
    let left = -1;
    while (left !== socket.bufferedAmount) {
      left = socket.bufferedAmount;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(left).toBeGreaterThan(32 * 1024 * 1024);
    socket.terminate();
    await gate.open(message);
    await quiet();
  });
});

describe("clients that misbehave", () => {
  /** Frames that break RFC 6455, with the code they are closed with. */
  const text = (bytes: readonly number[]) => [0x81, 0x80 | bytes.length, 0, 0, 0, 0, ...bytes];
  it.each([
    ["an unmasked frame", [0x81, 0x01, 0x61], 1002],
    ["a reserved bit", [0xf1, 0x80, 0, 0, 0, 0], 1002],
    ["an unknown opcode", [0x83, 0x80, 0, 0, 0, 0], 1002],
    ["a continuation of nothing", [0x80, 0x80, 0, 0, 0, 0], 1002],
    ["a fragmented ping", [0x09, 0x80, 0, 0, 0, 0], 1002],
    ["text that is no UTF-8", text([0xff, 0xfe]), 1007],
    ["a close code that nobody may send", [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed], 1002],
    ["a frame that says it is huge", [0x82, 0xff, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0], 1009],
  ])("%s closes the socket", async (_, frame, code) => {
    const socket = await bareSocket();
    const answered = once(socket, "data");
    socket.write(Buffer.from(frame));
    const [[bytes]] = (await Promise.all([answered, once(socket, "close")])) as [[Buffer], unknown];
    expect([bytes[0], bytes.readUInt16BE(2)]).toEqual([0x88, code]);
    await quiet();
  });

  it("with random bytes do no harm", async () => {
    const socket = await sockets("/talk/echo");
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 4 }), async (chunks) => {
        const bad = await bareSocket();
        for (const chunk of chunks) bad.write(chunk);
        bad.end();
        await once(bad.resume(), "close");
        socket.send("still there");
        expect(await socket.next()).toBe("still there");
      }),
      { numRuns: 100 },
    );
    socket.close();
    await quiet();
  }, 60_000);

  it("with handshakes of random headers do no harm", async () => {
    const value = fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, "?"));
    const handshake = fc.record({
      upgrade: fc.oneof(fc.constant("websocket"), value),
      connection: fc.oneof(fc.constant("Upgrade"), value),
      "sec-websocket-key": fc.oneof(fc.constant(HANDSHAKE["sec-websocket-key"]), value),
      "sec-websocket-version": fc.oneof(fc.constant("13"), value),
      "sec-websocket-protocol": value,
      "sec-websocket-extensions": value,
    });
    await fc.assert(
      fc.asyncProperty(handshake, async (headers) => {
        const socket = connectTcp(server.port, "127.0.0.1");
        socket.on("error", () => {});
        socket.write(handshakeOf("/talk/echo", headers));
        const [answer] = (await once(socket, "data")) as [Buffer];
        expect(String(answer)).toMatch(/^HTTP\/1\.1 (?:101|400|426) /);
        socket.destroy();
      }),
      { numRuns: 200 },
    );
    await quiet();
  }, 60_000);

  it("that send without end before they were answered are cut off", async () => {
    const { waits, end } = await handshakeThatWaits();
    waits.write(Buffer.alloc(1024 * 1024));
    await gone(waits);
    await end();
  });

  it("that give no sign of life are cut off, others are not", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const deaf = await bareSocket();
    const alive = await sockets("/talk/echo");
    await vi.advanceTimersByTimeAsync(30_000);
    alive.send("here");
    await alive.next();
    const closed = gone(deaf.resume());
    await vi.advanceTimersByTimeAsync(30_000);
    await closed;
    alive.send("still here");
    expect(await alive.next()).toBe("still here");
    alive.close();
    await quiet();
  });
});

describe("a server that closes", () => {
  it("tells its sockets, and lets them end the message they are at", async () => {
    const other = await listen(serve, { port: 0 });
    const connect = realSockets(async () => other.url);
    const [idle, busy] = [await connect("/talk/echo"), await connect("/talk/held")];
    busy.send("at it");
    await gate.noted("in at it");
    const closed = other.close();
    expect(await idle.closed).toEqual([1001, "going away"]);
    await gate.open("at it");
    expect(await busy.next()).toBe("passed at it");
    expect(await busy.closed).toEqual([1001, "going away"]);
    await closed;
  });

  it("waits five seconds at most", async () => {
    const other = await listen(serve, { port: 0 });
    const busy = await realSockets(async () => other.url)("/talk/held");
    busy.send("stuck");
    await gate.noted("in stuck");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const closed = other.close();
    await vi.advanceTimersByTimeAsync(4_900);
    let open = true;
    void busy.closed.then(() => {
      open = false;
    });
    expect(open).toBe(true);
    await vi.advanceTimersByTimeAsync(200);
    vi.useRealTimers();
    expect(await busy.closed).toEqual([1001, "going away"]);
    await closed;
    await gate.noted("aborted");
    await gate.open("stuck");
    await quiet();
  });
});

it("wss is ws over TLS", async () => {
  const tls = { keyFile: file("tls/key.pem"), certFile: file("tls/cert.pem") };
  const secure = await listen(serve, { port: 0, tls });
  const socket = new WebSocket(`${secure.url.replace("https", "wss")}/talk/echo`, {
    rejectUnauthorized: false,
  });
  await once(socket, "open");
  socket.send("over TLS");
  expect(String((await once(socket, "message"))[0])).toBe("over TLS");
  socket.close();
  await secure.close();
});
