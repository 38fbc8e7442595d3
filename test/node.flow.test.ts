import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Listening, listen, node } from "../adapters/node/index.ts";
import { createServe } from "../src/index.ts";
import type { Spring } from "./fixtures/flow.ts";
import app from "./fixtures/flowing.ts";
import type { Gate } from "./fixtures/gate.ts";
import { standstill } from "./suite/failure.ts";

const CHUNK = 64 * 1024;
const MIB = 1024 * 1024;
/** What the buffers of two sockets and of the channels between three threads may hold; an unbounded stream has it at once. */
const BOUND = 48 * MIB;

const serve = createServe(node(), { bodyLimitBytes: 1024 * MIB });
const spring = () => serve.handle<Spring>("default/Spring");
let listening: Listening;
beforeAll(async () => {
  await serve.run(app, { module: new URL("./fixtures/flowing.ts", import.meta.url) });
  listening = await listen(serve, { port: 0 });
});
afterAll(async () => {
  await serve.shutdown();
  await listening.close();
});

async function open(head: string): Promise<Socket> {
  const socket = connect(listening.port, "127.0.0.1").on("error", () => {});
  await once(socket, "connect");
  socket.write(`${head} HTTP/1.1\r\nhost: test\r\n`);
  return socket;
}

/** Memory of all threads. */
const held = () => process.memoryUsage.rss();

it("stops the producer of an answer whose client does not read, and goes on when it does", async () => {
  const before = held();
  const socket = await open("GET /");
  socket.write("\r\n");
  socket.pause();
  const made = await standstill(() => spring().made());
  expect(made).toBeGreaterThan(0);
  expect(made * CHUNK).toBeLessThan(BOUND);
  expect(held() - before).toBeLessThan(2 * BOUND);
  let bytes = 0;
  socket.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  socket.resume();
  await expect.poll(() => bytes).toBeGreaterThan(made * CHUNK);
  socket.destroy();
  // The client has gone: the producer is left.
  await standstill(() => spring().made());
});

it("stops a client whose body nobody reads, and takes all of it in the end", async () => {
  const gate = serve.handle<Gate>("default/Gate");
  const socket = await open("POST /");
  const length = 256 * MIB;
  socket.write(`content-length: ${length}\r\nconnection: close\r\n\r\n`);
  let sent = 0;
  const chunk = Buffer.alloc(CHUNK);
  const send = async () => {
    while (sent < length) {
      sent += CHUNK;
      if (!socket.write(chunk)) await once(socket, "drain");
    }
  };
  const sending = send();
  await gate.noted("in upload");
  expect(await standstill(async () => sent)).toBeLessThan(BOUND);
  await gate.open("upload");
  let answer = "";
  for await (const text of socket) answer += text;
  expect(answer).toContain(`{"length":${length}}`);
  await sending;
});
