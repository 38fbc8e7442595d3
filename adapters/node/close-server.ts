import { once } from "node:events";
import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import { Server as TlsServer } from "node:tls";

const IDLE_CHECK_MS = 50;
/** A request of a connection that was opened just before should have come by then. */
const UNUSED_GRACE_MS = 1_000;

/**
 * Makes a function that stops accepting and resolves when the last connection is closed: those that are kept alive
 * for another request now, those that never had one soon, the rest after their answer.
 */
export function closerOf(server: Server): () => Promise<void> {
  // Browsers open connections in advance, and Node waits for their first request for a minute.
  const unused = new Set<Socket>();
  server.on(server instanceof TlsServer ? "secureConnection" : "connection", (socket: Socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  server.on("request", ({ socket }: IncomingMessage) => unused.delete(socket));
  return async () => {
    const closed = once(server, "close");
    server.close();
    server.closeIdleConnections();
    // Kept-alive connections count as open until somebody looks for idle ones.
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    const late = setTimeout(() => {
      for (const socket of unused) socket.destroy();
    }, UNUSED_GRACE_MS);
    await closed;
    clearInterval(idle);
    clearTimeout(late);
  };
}
