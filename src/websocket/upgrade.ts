import { ServeError } from "../errors.ts";
import { problem } from "../http/failure.ts";
import { agreedProtocol } from "./given.ts";
import type { WebSocketHooks } from "./hooks.ts";
import { offerOf } from "./offer.ts";
import { SocketSession } from "./session.ts";

export interface UpgradeOptions {
  /** Subprotocols that this side speaks, the best first: the first that the client offers is agreed on. */
  protocols?: readonly string[];
  /** Headers of the answer to the handshake, such as `set-cookie`. */
  headers?: HeadersInit;
}

/**
 * Answers a request for a WebSocket: return what it returns from `fetch`. A request that is none gets a 426, and so does
 * every request where the platform has no WebSockets, which is in a Service Worker.
 *
 * The socket is a call that lasts until it is closed: it holds one of the replica's `maxOngoingRequests`, and deadlines
 * end with the upgrade. When its replica leaves it is closed with 1001 once the hook that runs has ended, and with 1012
 * when its replica dies: clients reconnect, and reach another.
 *
 * @param request the one that `fetch` was given, or what a router made of it; not a copy
 * @throws ServeError `INVALID_APPLICATION` when it is called twice for a request
 * @example
 * fetch(request: Request) {
 *   return upgradeWebSocket(request, {
 *     message: (socket, data) => socket.send(data),
 *   });
 * }
 */
export function upgradeWebSocket(
  request: Request,
  hooks: WebSocketHooks,
  { protocols = [], headers }: UpgradeOptions = {},
): Response {
  const offer = offerOf(request);
  if (!offer) return refusal(request);
  if (offer.answer) {
    throw new ServeError(
      "INVALID_APPLICATION",
      "upgradeWebSocket: it was called before for this request; call it once and return what it returned",
    );
  }
  const protocol = agreedProtocol(request.headers.get("sec-websocket-protocol"), protocols);
  offer.answer = new SocketSession(offer, hooks, protocol);
  const answered = new Headers(headers);
  // No Response can have the status 101: this header says that it is one, and stays when the Response is copied.
  answered.set("upgrade", "websocket");
  if (protocol) answered.set("sec-websocket-protocol", protocol);
  return new Response(null, { headers: answered });
}

function refusal(request: Request): Response {
  const why =
    request.headers.get("upgrade")?.toLowerCase() === "websocket"
      ? "the request brought no socket: it was copied on its way, or its platform has no WebSockets"
      : "here is a WebSocket: connect with ws:// or wss://";
  return problem(426, "UPGRADE_REQUIRED", why, {
    upgrade: "websocket",
    "sec-websocket-version": "13",
  });
}
