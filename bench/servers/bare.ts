import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { report } from "./report.ts";

// The least that can answer: node:http with the handler in its own callback.
const server = createServer(async (request, response) => {
  if (request.method !== "POST") return response.end("ok");
  const numbers = JSON.parse(await readText(request)) as number[];
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ count: numbers.length }));
});
server.listen(0, "127.0.0.1", () => report((server.address() as AddressInfo).port));

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
