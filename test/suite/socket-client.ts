import type { Close, SocketData } from "../../src/websocket/message.ts";

/** A client's end of a WebSocket. */
export interface SocketClient {
  readonly protocol: string;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  /** The next message; rejects when none comes before the close. */
  next(): Promise<string | Uint8Array>;
  close(code?: number, reason?: string): void;
  /** Is gone, without a close. */
  drop(): void;
  /** Reads nothing until `resume`. */
  pause(): void;
  resume(): void;
  /** How it was closed, as a client sees it. */
  readonly closed: Promise<Close>;
}

/** @throws Refused when the answer is no upgrade */
export type Connect = (path: string, protocols?: readonly string[]) => Promise<SocketClient>;

/** A handshake that was answered as any other request. */
export class Refused extends Error {
  readonly status: number;
  readonly body: string;

  constructor(status: number, body: string) {
    super(`the handshake was answered with ${status}: ${body}`);
    this.status = status;
    this.body = body;
  }
}

/** What came for a client, for tests to wait for. */
export class Arrivals {
  readonly #messages: (string | Uint8Array)[] = [];
  readonly #readers: PromiseWithResolvers<string | Uint8Array>[] = [];
  readonly #closed = Promise.withResolvers<Close>();
  #over: Close | undefined;

  get closed(): Promise<Close> {
    return this.#closed.promise;
  }

  message(data: SocketData): void {
    const shown = typeof data === "string" ? data : new Uint8Array(data);
    const reader = this.#readers.shift();
    if (reader) reader.resolve(shown);
    else this.#messages.push(shown);
  }

  close(close: Close): void {
    this.#over ??= close;
    this.#closed.resolve(close);
    for (const reader of this.#readers.splice(0)) reader.reject(closedBefore(close));
  }

  next(): Promise<string | Uint8Array> {
    const message = this.#messages.shift();
    if (message !== undefined) return Promise.resolve(message);
    if (this.#over) return Promise.reject(closedBefore(this.#over));
    const reader = Promise.withResolvers<string | Uint8Array>();
    this.#readers.push(reader);
    return reader.promise;
  }
}

function closedBefore([code, reason]: Close): Error {
  return new Error(`the socket was closed before a message came: ${code} ${reason}`);
}
