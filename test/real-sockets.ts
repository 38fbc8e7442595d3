import { WebSocket } from "ws";
import { Arrivals, type Connect, Refused, type SocketClient } from "./suite/socket-client.ts";

/** Sockets of `ws` to a server. @param origin asked for its URL when one is opened */
export function realSockets(origin: () => Promise<string>): Connect {
  return async (path, protocols = []) => {
    const url = new URL(path, await origin());
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url, [...protocols], { perMessageDeflate: false });
    const client = new RealSocket(socket);
    await opened(socket);
    return client;
  };
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
    socket.on("unexpected-response", async (_, response) => {
      let body = "";
      for await (const chunk of response) body += chunk;
      reject(new Refused(response.statusCode ?? 0, body));
    });
  });
}

class RealSocket implements SocketClient {
  readonly #socket: WebSocket;
  readonly #arrivals = new Arrivals();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.on("message", (data, isBinary) => {
      this.#arrivals.message(isBinary ? (data as ArrayBuffer) : String(data));
    });
    socket.on("close", (code, reason) => this.#arrivals.close([code, String(reason)]));
  }

  get protocol() {
    return this.#socket.protocol;
  }

  get closed() {
    return this.#arrivals.closed;
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(data);
  }

  next() {
    return this.#arrivals.next();
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason);
  }

  drop(): void {
    this.#socket.terminate();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}
