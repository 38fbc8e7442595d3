import type { IncomingMessage, Server } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type WebSocket, WebSocketServer } from "ws";
import type { KnownRequest } from "../../src/http/ingress.ts";
import { SocketEdge } from "../../src/websocket/edge.ts";
import { socketOf } from "../../src/websocket/socket-response.ts";
import { type Connection, Handshakes } from "./handshakes.ts";
import { Heartbeat } from "./heartbeat.ts";
import { joinSocket } from "./join-socket.ts";

/** How long a client may take to answer a close before its connection is cut. */
const CLOSE_TIMEOUT_MS = 5_000;

/** Headers of a handshake that its answer has from the server itself. */
const OWN_HEADERS = /^(?:connection|upgrade|content-.*|transfer-encoding|sec-websocket-.*)$/;

/** The WebSockets of one HTTP server. */
export class WebSockets {
  readonly #limitBytes: number;
  readonly #server: WebSocketServer;
  readonly #handshakes = new Handshakes();
  readonly #heartbeat = new Heartbeat();
  readonly #edges = new Set<SocketEdge>();
  readonly #protocols = new WeakMap<IncomingMessage, string>();
  #leaving = false;

  /** @param limitBytes of one message */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
    // Not in its types yet.
    const closing = { closeTimeout: CLOSE_TIMEOUT_MS };
    this.#server = new WebSocketServer({
      ...closing,
      noServer: true,
      clientTracking: false,
      maxPayload: limitBytes,
      handleProtocols: (_offered, incoming) => this.#protocols.get(incoming) || false,
    });
  }

  listen(server: Server): void {
    this.#handshakes.listen(server);
  }

  /**
   * Answers a request, with a WebSocket if it asks for one and gets it.
   *
   * @param fetch the ingress's
   */
  async answer(
    request: Request,
    node: HttpBindings,
    known: KnownRequest,
    fetch: (known: KnownRequest) => Promise<Response>,
  ): Promise<Response> {
    const incoming = node.incoming as IncomingMessage;
    const connection = this.#handshakes.of(incoming);
    if (!connection) return fetch(known);
    const edge = this.#edge(request);
    const whenGone: KnownRequest["whenGone"] = (listener) => {
      known.whenGone(listener);
      edge.whenGone(listener);
    };
    const response = await fetch({ headers: known.headers, whenGone });
    const messages = socketOf(response);
    if (!messages) {
      this.#edges.delete(edge);
      edge.decline();
      return response;
    }
    node.outgoing.detachSocket(connection.socket);
    const socket = this.#upgrade(incoming, connection, response.headers);
    const requestId = response.headers.get("x-request-id") ?? "";
    const over = edge.open(joinSocket(socket, edge, this.#heartbeat), messages, requestId);
    void over.finally(() => this.#edges.delete(edge));
    return RESPONSE_ALREADY_SENT;
  }

  /** From now on clients are told that the server goes away. */
  goAway(): void {
    this.#leaving = true;
    for (const edge of this.#edges) edge.goAway();
  }

  #edge(request: Request): SocketEdge {
    const edge = new SocketEdge(request, this.#limitBytes);
    this.#edges.add(edge);
    if (this.#leaving) edge.goAway();
    return edge;
  }

  /** Undefined when the client has left in the meantime. */
  #upgrade(
    incoming: IncomingMessage,
    { socket, take }: Connection,
    headers: Headers,
  ): WebSocket | undefined {
    let opened: WebSocket | undefined;
    const own = [...headers].filter(([name]) => !OWN_HEADERS.test(name));
    this.#protocols.set(incoming, headers.get("sec-websocket-protocol") ?? "");
    this.#server.once("headers", (lines) => {
      lines.push(...own.map(([name, value]) => `${name}: ${value}`));
    });
    this.#server.handleUpgrade(incoming, socket, take(), (made) => {
      opened = made;
    });
    this.#server.removeAllListeners("headers");
    return opened;
  }
}
