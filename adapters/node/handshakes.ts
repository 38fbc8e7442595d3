import { type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { isHandshake } from "../../src/websocket/handshake.ts";

/** What a client may send before it was answered, which no honest one does. */
const MAX_EARLY_BYTES = 64 * 1024;

/** The connection of a request for a WebSocket. */
export interface Connection {
  readonly socket: Socket;
  /** Stops reading it, for somebody else to go on at once; returns what the client has sent already. */
  take(): Buffer;
}

/** The requests for a WebSocket that a server has not answered yet; they come as any other request does. */
export class Handshakes {
  readonly #connections = new WeakMap<IncomingMessage, Connection>();

  listen(server: Server): void {
    server.on("upgrade", (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
      const outgoing = new ServerResponse(incoming);
      outgoing.shouldKeepAlive = false;
      outgoing.assignSocket(socket);
      outgoing.once("finish", () => socket.destroySoon());
      if (asksForSocket(incoming)) this.#connections.set(incoming, connectionOf(socket, head));
      server.emit("request", incoming, outgoing);
    });
  }

  /** Undefined for a request of another kind. */
  of(incoming: IncomingMessage): Connection | undefined {
    return this.#connections.get(incoming);
  }
}

/** Whether the parser is to leave a request's connection to the answer; older Nodes do that for every `upgrade`. */
export function asksForSocket({ method = "", headers }: IncomingMessage): boolean {
  return isHandshake(method, (name) => String(headers[name] ?? ""));
}

/** Reads on, for a connection that nobody reads does not tell that its client has gone. */
function connectionOf(socket: Socket, head: Buffer): Connection {
  const early = [head];
  let bytes = head.length;
  const keep = (chunk: Buffer) => {
    early.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_EARLY_BYTES) socket.destroy();
  };
  const leave = () => socket.destroy();
  socket.on("data", keep).on("end", leave);
  // An error is followed by "close", which the answer listens to.
  socket.on("error", () => {});
  return {
    socket,
    take: () => {
      socket.off("data", keep).off("end", leave);
      return Buffer.concat(early);
    },
  };
}
