import type { Source } from "../replica/iteration.ts";
import { hostLogger } from "../telemetry/host-logger.ts";
import { closeFor, isUnexpected } from "./close-for.ts";
import { type Close, CloseCode, isClose, type SocketData } from "./message.ts";
import { MessageQueue } from "./message-queue.ts";
import { offerSocket, type SocketOffer } from "./offer.ts";

/** A client's socket as its platform has it. */
export interface EdgeSocket {
  /**
   * Resolves once there is room for more; undefined while there is. Now and then it takes a turn of the event loop: a
   * producer in the same thread could go on for ever without one.
   */
  send(data: SocketData): Promise<void> | undefined;
  /** Begins the closing handshake; does nothing on a socket that is closed. */
  close(code: number, reason: string): void;
  /** Reads nothing more from the client, where the platform can, until `resume`. */
  pause(): void;
  resume(): void;
}

/** Of a client's messages so many bytes may wait before it is held back. */
const HIGH_WATER_BYTES = 1024 * 1024;
/** A client that can't be held back may be so far ahead. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** What a client sent before it closed is worked on for so long. */
const AFTER_CLOSE_MS = 10_000;
/** A server that stops waits so long for what is being worked on. */
const GOING_AWAY_MS = 5_000;

/**
 * One client's socket where it meets the ingress: what the platform tells of it becomes the messages that its request
 * carries, and the messages of the answer go to it.
 */
export class SocketEdge {
  readonly #limitBytes: number;
  readonly #incoming: MessageQueue;
  readonly #offer: SocketOffer;
  readonly #whenGone: ((reason: unknown) => void)[] = [];
  #socket: EdgeSocket | undefined;
  #paused = false;
  #over = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param request the client's, that is to carry the socket
   * @param limitBytes of one message; over it the socket is closed with 1009
   */
  constructor(request: Request, limitBytes: number) {
    this.#limitBytes = limitBytes;
    this.#incoming = new MessageQueue({ drained: () => this.#resume(), left: () => undefined });
    this.#offer = offerSocket(request, this.#incoming);
  }

  /** Tells when nobody is there any more for whom the call should go on. */
  whenGone(listener: (reason: unknown) => void): void {
    this.#whenGone.push(listener);
  }

  /** The request was not answered by an upgrade. */
  decline(): void {
    this.#end();
  }

  /**
   * Joins the socket, now open, and the messages that answer its request. Resolves when the call is over.
   *
   * @param requestId under which a failure is logged
   */
  async open(socket: EdgeSocket, answer: Source, requestId: string): Promise<void> {
    this.#socket = socket;
    try {
      await this.#pump(socket, answer);
      this.#close(CLOSED);
    } catch (error) {
      if (isUnexpected(error)) {
        hostLogger().write("error", "request failed", { error }, { requestId });
      }
      this.#close(closeFor(error));
    } finally {
      this.#end();
    }
  }

  /** The client sent a message. */
  received(data: SocketData): void {
    if (lengthOf(data) > this.#limitBytes) return this.#refuse(TOO_BIG);
    this.#incoming.push(data);
    if (this.#incoming.bytes > MAX_WAITING_BYTES) return this.#refuse(TOO_FAST);
    if (this.#incoming.bytes <= HIGH_WATER_BYTES || this.#paused) return;
    this.#paused = true;
    this.#socket?.pause();
  }

  /** The client has closed the socket, or the platform has for its misdeeds; what it sent before counts. */
  closed(code: number, reason: string): void {
    if (this.#over) return;
    this.#incoming.push([code, reason]);
    this.#incoming.end();
    this.#cutAfter(AFTER_CLOSE_MS);
  }

  /** The connection is lost. */
  lost(): void {
    this.#cut();
  }

  /** The server stops: the client is told once what is being worked on is done, or at the latest after 5 s. */
  goAway(): void {
    if (this.#over) return;
    this.#offer.goAway();
    this.#cutAfter(GOING_AWAY_MS);
  }

  async #pump(socket: EdgeSocket, answer: Source): Promise<void> {
    for (;;) {
      const { done, value } = await answer.next();
      if (done) return;
      // The call goes on after its close: a hook may still be cleaning up.
      if (isClose(value)) this.#close(value);
      else await socket.send(value as SocketData);
    }
  }

  #close([code, reason]: Close): void {
    this.#socket?.close(code, reason);
  }

  #refuse(close: Close): void {
    this.#close(close);
    this.closed(...close);
  }

  #cutAfter(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#cut(), milliseconds);
  }

  #cut(): void {
    if (this.#over) return;
    this.#close(GONE);
    this.#end();
    const reason = new Error("the client closed the connection");
    for (const listener of this.#whenGone) listener(reason);
  }

  #end(): void {
    this.#over = true;
    this.#incoming.end();
    clearTimeout(this.#timer);
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket?.resume();
  }
}

function lengthOf(data: SocketData): number {
  return typeof data === "string" ? data.length : data.byteLength;
}

const CLOSED: Close = [CloseCode.Normal, ""];
const GONE: Close = [CloseCode.GoingAway, "going away"];
const TOO_BIG: Close = [CloseCode.TooBig, "the message is too big"];
const TOO_FAST: Close = [CloseCode.PolicyViolation, "messages are sent too fast"];
