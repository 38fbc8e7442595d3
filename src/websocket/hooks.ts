import type { SocketData } from "./message.ts";

/** A client's WebSocket, as the code that answers it sees it. */
export interface ServerWebSocket {
  /** The subprotocol that was agreed on; empty for none. */
  readonly protocol: string;
  /**
   * Sends text or bytes. Resolves once the client's side has room for more: await it to go no faster than the client
   * reads. It never rejects; what is sent once the socket is closed is dropped.
   *
   * @throws TypeError for anything but text and bytes
   */
  send(data: string | ArrayBuffer | ArrayBufferView): Promise<void>;
  /**
   * Closes it, after what was sent before.
   *
   * @param code 1000 by default; 1001 to 1014 as RFC 6455 means them, or 3000 to 4999
   * @param reason for the client, 123 bytes of UTF-8 at most
   * @throws RangeError for a code or reason that can't be sent
   */
  close(code?: number, reason?: string): void;
}

/**
 * What happens on a WebSocket. `context()` is there in each of them, as in the `fetch` that upgraded; its signal aborts
 * once the client has closed the socket or is gone. An error that one throws is logged and closes it with 1011.
 */
export interface WebSocketHooks {
  /** Called first; messages wait for what it returns. */
  open?(socket: ServerWebSocket): unknown;
  /**
   * A message, text as a string. The next one waits for what this returns, and a client that sends faster is held back:
   * return a promise for that, or nothing to take the next one at once.
   */
  message?(socket: ServerWebSocket, data: SocketData): unknown;
  /**
   * Called once, last, also when the client is lost (code 1006) or this side closed it. The call that the socket is ends
   * with what it returns.
   */
  close?(socket: ServerWebSocket, code: number, reason: string): unknown;
}
