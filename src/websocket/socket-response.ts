import { ServeError } from "../errors.ts";
import type { LiveAnswer } from "../http/live-answer.ts";
import type { Source } from "../replica/iteration.ts";
import type { SocketOffer } from "./offer.ts";

const SOCKET = Symbol("isoserve.socket");

/** Makes a Response the answer to a handshake: it carries the messages for the client. */
export function carrySocket(response: Response, messages: Source): Response {
  return Object.defineProperty(response, SOCKET, { value: messages });
}

/** The messages for the client that a Response carries; undefined for anything else. */
export function socketOf(response: unknown): Source | undefined {
  return (response as { [SOCKET]?: Source } | null | undefined)?.[SOCKET];
}

/**
 * What a replica has to do for its answer to a request that carried a socket: nothing for one that turns it down.
 *
 * @throws ServeError `INVALID_APPLICATION` for an answer that another deployment gave and that was copied since
 */
export function socketAnswer(offer: SocketOffer, answer: unknown): LiveAnswer | undefined {
  if (!(answer instanceof Response)) return undefined;
  // Another deployment's, handed on as it is.
  if (socketOf(answer))
    return { start: ({ cancellation }) => cancellation.lift(), goAway: () => offer.goAway() };
  if (!answer.ok || answer.headers.get("upgrade") !== "websocket") return undefined;
  if (!offer.answer) {
    throw new ServeError(
      "INVALID_APPLICATION",
      "upgradeWebSocket: the answer of another deployment has lost its socket: return the Response itself, not a copy of it",
    );
  }
  carrySocket(answer, offer.answer.outgoing);
  return offer.answer;
}
