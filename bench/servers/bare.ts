import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { report } from "./report.ts";

// The least that can answer: node:http with the handler in its own callback.
const server = createServer(async (request, response) => {
  if (request.url === "/ticks") return tick(response);
  if (request.url === "/chunks") return stream(response);
  if (request.url === "/echo") return response.end(await readBytes(request));
  if (request.method !== "POST") return response.end("ok");
  const numbers = JSON.parse((await readBytes(request)).toString()) as number[];
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ count: numbers.length }));
});
server.listen(0, "127.0.0.1", () => report((server.address() as AddressInfo).port));

function stream(response: ServerResponse): void {
  for (let sent = 0; sent < 50; sent += 1) response.write("x".repeat(64));
  response.end();
}

function tick(response: ServerResponse): void {
  const chunk = new Uint8Array(64);
  const ticking = setInterval(() => response.write(chunk), 50);
  response.once("close", () => clearInterval(ticking));
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
