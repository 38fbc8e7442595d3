import { once } from "node:events";
import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type Listening, listen, node } from "../../adapters/node/index.ts";
import { createServe, type Handle } from "../../src/index.ts";
import { LogBook } from "../fixtures/log-book.ts";
import app, { type Reading } from "../fixtures/reading.ts";
import { heapUsed } from "./heap-used.ts";
import { anyVisit, latin, type Visit } from "./requests.ts";

/** `npm run soak` sends fifty times as much. */
const LONG = process.env["ISOSERVE_SOAK"] !== undefined;
const ROUNDS = LONG ? 200 : 4;
const VISITS = 50;
const TIMEOUT_MS = LONG ? 900_000 : 60_000;

// Short, so that a client that waits for what never comes is cut soon.
const TIMEOUTS = { headersTimeoutMs: 200, receiveTimeoutMs: 300, keepAliveTimeoutMs: 100 };

const log = new LogBook();
const serve = createServe(node({ log }), { bodyLimitBytes: 1_000_000 });
let listening: Listening;
let reading: Handle<Reading>;

beforeAll(async () => {
  reading = await serve.run(app, { module: new URL("../fixtures/reading.ts", import.meta.url) });
  listening = await listen(serve, { port: 0, ...TIMEOUTS });
});
afterAll(async () => {
  await listening.close();
  await serve.shutdown();
});

beforeEach(() => void log.lines.splice(0));
/** Whatever came, nothing of it is a failure of the server's. */
afterEach(() => expect(log.lines).toEqual([]));

/** Sends something on a connection of its own. Returns what came back once it is closed. */
async function visit({ pieces, ending }: Visit): Promise<string> {
  const socket = connect(listening.port, "127.0.0.1");
  const answer: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => answer.push(chunk));
  // A server that has heard enough resets the connection.
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await once(socket, "connect");
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (ending === "ends") socket.end();
  if (ending === "leaves") socket.destroy();
  await closed;
  return Buffer.concat(answer).toString("latin1");
}

const whole = (text: string, ending: Visit["ending"] = "waits") =>
  visit({ pieces: [latin(text)], ending });

async function goesOn(): Promise<void> {
  const response = await fetch(listening.url, { method: "POST", body: "hello" });
  expect(await response.json()).toEqual({ method: "POST", byteLength: 5 });
}

/** The statuses of the answers on one connection. */
function statuses(answer: string): number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

it(
  "answers honest clients whatever others send, and all connections end",
  async () => {
    const before: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const seed = Math.floor(Math.random() * 2 ** 31);
      const visits = fc.sample(anyVisit(), { numRuns: VISITS, seed });
      const [answers] = await Promise.all([Promise.all(visits.map(visit)), goesOn()]);
      for (const [at, answer] of answers.entries()) {
        const sent = JSON.stringify(Buffer.concat(visits[at]?.pieces ?? []).toString("latin1"));
        expect(statuses(answer), `seed ${seed}: ${sent}`).not.toContain(500);
      }
      await goesOn();
      before.push(heapUsed());
    }
    await expect.poll(() => reading.running()).toBe(0);
    expect((before.at(-1) ?? 0) - (before[Math.floor(ROUNDS / 2)] ?? 0)).toBeLessThan(4e6);
  },
  TIMEOUT_MS,
);

it.each([
  [
    "headers that are too large",
    `GET / HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(20_000)}\r\n\r\n`,
    431,
  ],
  ["too many headers", `GET / HTTP/1.1\r\nhost: x\r\n${"a: b\r\n".repeat(9_000)}\r\n`, 431],
  ["what is no HTTP", "\u0000\u0001\u0002\r\n\r\n", 400],
  [
    "two lengths",
    "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
    400,
  ],
  ["a body that never comes", "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhe", 408],
  ["headers that never end", "GET / HTTP/1.1\r\nhost: x\r\nx-", 408],
  ["a body over the limit", "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000001\r\n\r\n", 413],
])("says in one line what is wrong with %s", async (_what, sent, status) => {
  const answer = await whole(sent);
  expect(statuses(answer)).toEqual([status]);
  const [, body = ""] = answer.split("\r\n\r\n");
  expect(JSON.parse(body)).toEqual({
    error: { code: expect.any(String), message: expect.stringMatching(/^[^\n]+$/) },
  });
});

it("cuts clients that send a request by the byte, and serves others meanwhile", async () => {
  let slow = 0;
  const loris = async () => {
    slow += 1;
    const socket = connect(listening.port, "127.0.0.1").on("error", () => {});
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.resume().write("GET / HTTP/1.1\r\nhost: x\r\n");
    const dripping = setInterval(() => socket.write("a: b\r\n"), 20);
    await closed;
    clearInterval(dripping);
    slow -= 1;
  };
  const all = Promise.all(Array.from({ length: 200 }, loris));
  let served = 0;
  while (slow > 0) {
    await goesOn();
    served += 1;
  }
  await all;
  expect(served).toBeGreaterThan(0);
});
