import { Interruptible } from "../replica/interruptible.ts";
import type { Source } from "../replica/iteration.ts";
import { GOING_AWAY } from "./message.ts";
import type { SocketSession } from "./session.ts";

const OFFER = Symbol("isoserve.socketOffer");

/** The socket of a client who asks for a WebSocket, as its request carries it: the messages that it will send. */
export class SocketOffer extends Interruptible {
  /** What the code that answers the request makes of it. */
  answer: SocketSession | undefined;

  /** Tells whoever reads the messages that the client is about to be cut off: it may finish what it is at. */
  goAway(): void {
    this.interrupt(GOING_AWAY);
  }
}

/** Makes a request carry a socket. */
export function offerSocket(request: Request, messages: Source): SocketOffer {
  const offer = new SocketOffer(messages);
  // A property, not a map: routers hand out proxies of a request.
  Object.defineProperty(request, OFFER, { value: offer });
  return offer;
}

/** The socket that a request carries; undefined for anything else. */
export function offerOf(request: unknown): SocketOffer | undefined {
  return (request as { [OFFER]?: SocketOffer } | null | undefined)?.[OFFER];
}
