import type { Serve } from "../../src/index.ts";
import { type EdgeSocket, SocketEdge } from "../../src/websocket/edge.ts";
import { CloseCode } from "../../src/websocket/message.ts";
import { socketOf } from "../../src/websocket/socket-response.ts";
import { Arrivals, type Connect, Refused, type SocketClient } from "./socket-client.ts";

/**
 * Sockets within one thread, for hosts that have none of their own or can't connect to themselves: everything but the
 * wire, from where a platform's socket meets the ingress.
 */
export function virtualSockets(serve: Pick<Serve<unknown>, "fetch">, limitBytes: number): Connect {
  return async (path, protocols = []) => {
    const gone = new AbortController();
    const headers = { upgrade: "websocket", "sec-websocket-protocol": protocols.join(", ") };
    const request = new Request(`http://suite.test${path}`, { headers, signal: gone.signal });
    const edge = new SocketEdge(request, limitBytes);
    edge.whenGone((reason) => gone.abort(reason));
    const response = await serve.fetch(request);
    const messages = socketOf(response);
    if (!messages) {
      edge.decline();
      throw new Refused(response.status, await response.text());
    }
    const client = new VirtualSocket(edge, response.headers.get("sec-websocket-protocol") ?? "");
    void edge.open(client.far, messages, "virtual");
    return client;
  };
}

class VirtualSocket implements SocketClient {
  readonly protocol: string;
  readonly #edge: SocketEdge;
  readonly #arrivals = new Arrivals();
  #room: PromiseWithResolvers<void> | undefined;

  constructor(edge: SocketEdge, protocol: string) {
    this.#edge = edge;
    this.protocol = protocol;
  }

  get closed() {
    return this.#arrivals.closed;
  }

  /** The server's end. */
  get far(): EdgeSocket {
    return {
      send: (data) => {
        this.#arrivals.message(data);
        return this.#room?.promise ?? new Promise((resolve) => setTimeout(resolve));
      },
      close: (code, reason) => this.#arrivals.close([code, reason]),
      pause: () => {},
      resume: () => {},
    };
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.#edge.received(typeof data === "string" ? data : data.buffer);
  }

  next() {
    return this.#arrivals.next();
  }

  close(code: number = CloseCode.NoStatus, reason = ""): void {
    this.#edge.closed(code, reason);
    this.#arrivals.close([code, reason]);
  }

  drop(): void {
    this.#edge.lost();
    this.resume();
  }

  pause(): void {
    this.#room ??= Promise.withResolvers();
  }

  resume(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
