import { waitUntil } from "cloudflare:workers";
import type { Ingress } from "../../src/http/ingress.ts";
import { headersOf } from "../../src/http/message.ts";
import { type EdgeSocket, SocketEdge } from "../../src/websocket/edge.ts";
import { CloseCode } from "../../src/websocket/message.ts";
import { socketOf } from "../../src/websocket/socket-response.ts";

/** What may wait in the runtime before the replica is held back. */
const HIGH_WATER_BYTES = 256 * 1024;
/** Nothing tells when a client has read on, so it is asked for, less and less often. */
const LONGEST_PAUSE_MS = 100;

/** Messages after which other clients have their turn. */
const TURN = 64;

/** Another Worker's request for a WebSocket has none of the handshake's other headers. */
export function asksForSocket({ method, headers }: Request): boolean {
  return method === "GET" && headers.get("upgrade")?.toLowerCase() === "websocket";
}

/** Answers a request for a WebSocket, with one if the application gives it one. */
export async function answerSocket(
  request: Request,
  ingress: Pick<Ingress, "fetch" | "bodyLimitBytes">,
): Promise<Response> {
  const edge = new SocketEdge(request, ingress.bodyLimitBytes);
  let opened = false;
  const response = await ingress.fetch(request, {
    headers: headersOf(request.headers),
    whenGone: (listener) => {
      edge.whenGone(listener);
      // Once the socket is open this tells of every close, also of one after which there is work left.
      const left = () => !opened && listener(request.signal.reason);
      request.signal.addEventListener("abort", left, { once: true });
    },
  });
  const messages = socketOf(response);
  if (!messages) {
    edge.decline();
    return response;
  }
  opened = true;
  const { 0: client, 1: server } = new WebSocketPair();
  const headers = new Headers(response.headers);
  const requestId = headers.get("x-request-id") ?? "";
  // A client that closes ends its request, but not what it has sent before.
  waitUntil(edge.open(joinSocket(server, edge), messages, requestId));
  return new Response(null, { status: 101, webSocket: client, headers });
}

/** Tells the edge what a socket does. A Worker can't hold its client back. */
function joinSocket(socket: WebSocket, edge: SocketEdge): EdgeSocket {
  socket.binaryType = "arraybuffer";
  socket.accept();
  socket.addEventListener("message", ({ data }) => edge.received(data as string | ArrayBuffer));
  let closed = false;
  // After a close it tells that the client did not wait for the answer to it.
  socket.addEventListener("error", () => !closed && edge.lost());
  socket.addEventListener("close", ({ code, reason }) => {
    closed = true;
    if (code === CloseCode.Abnormal) return edge.lost();
    edge.closed(code, reason);
    close(socket, code, reason);
  });
  let sent = 0;
  return {
    send: (data) => {
      sent += 1;
      // It throws once the client has closed, which its event tells as well.
      if (socket.readyState === WebSocket.OPEN) socket.send(data);
      const full = socket.bufferedAmount > HIGH_WATER_BYTES;
      return full || sent % TURN === 0 ? room(socket) : undefined;
    },
    close: (code, reason) => close(socket, code, reason),
    pause: () => {},
    resume: () => {},
  };
}

/** Takes one turn of the event loop at least. */
async function room(socket: WebSocket): Promise<void> {
  let pauseMs = 1;
  do {
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, pauseMs);
    await promise;
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  } while (socket.bufferedAmount > HIGH_WATER_BYTES && socket.readyState === WebSocket.OPEN);
}

function close(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState === WebSocket.CLOSED) return;
  try {
    // 1005 is what no code is seen as; it can't be sent.
    if (code === CloseCode.NoStatus) socket.close();
    else socket.close(code, reason);
  } catch {
    // It was closed before.
  }
}
