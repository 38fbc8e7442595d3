import type { WebSocket } from "ws";
import type { EdgeSocket, SocketEdge } from "../../src/websocket/edge.ts";
import { CloseCode } from "../../src/websocket/message.ts";
import type { Heartbeat } from "./heartbeat.ts";

/** What may wait in the kernel's stead before the replica is held back. */
const HIGH_WATER_BYTES = 256 * 1024;

/** Messages after which other clients have their turn. */
const TURN = 64;

/** What `ws` has already closed a socket with when it reports the error. */
const CLOSED_FOR: Readonly<Record<string, number>> = {
  WS_ERR_INVALID_UTF8: CloseCode.InvalidText,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: CloseCode.TooBig,
};

/**
 * Tells the edge what a socket of `ws` does.
 *
 * @param socket undefined for a client that left before it was open
 * @returns the socket as the edge uses it
 */
export function joinSocket(
  socket: WebSocket | undefined,
  edge: SocketEdge,
  heartbeat: Heartbeat,
): EdgeSocket {
  if (!socket) {
    edge.lost();
    return NONE;
  }
  socket.binaryType = "arraybuffer";
  socket.on("message", (data, isBinary) => {
    edge.received(isBinary ? (data as ArrayBuffer) : data.toString());
  });
  socket.on("error", ({ code = "", message }: NodeJS.ErrnoException) => {
    if (!code.startsWith("WS_ERR_")) return edge.lost();
    edge.closed(CLOSED_FOR[code] ?? CloseCode.ProtocolError, message);
  });
  socket.on("close", (code, reason) => {
    if (code === CloseCode.Abnormal) edge.lost();
    else edge.closed(code, reason.toString());
  });
  heartbeat.add(socket);
  let sent = 0;
  return {
    send: (data) => {
      sent += 1;
      if (socket.bufferedAmount > HIGH_WATER_BYTES || sent % TURN === 0) {
        return new Promise((resolve) => socket.send(data, () => setImmediate(resolve)));
      }
      socket.send(data);
      return undefined;
    },
    close: (code, reason) => socket.close(code, reason),
    pause: () => socket.pause(),
    resume: () => {
      heartbeat.alive(socket);
      socket.resume();
    },
  };
}

const NONE: EdgeSocket = {
  send: () => undefined,
  close: () => {},
  pause: () => {},
  resume: () => {},
};
