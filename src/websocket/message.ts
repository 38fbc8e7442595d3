/** What a message carries: text, or bytes. */
export type SocketData = string | ArrayBuffer;

/** How a WebSocket was closed, or is to be. */
export type Close = readonly [code: number, reason: string];

/** In the place of a message: whoever is between the client and the reader is going away. */
export const GOING_AWAY = 0;

/** What crosses between a client's socket and the code that answers it. */
export type SocketItem = SocketData | Close | typeof GOING_AWAY;

export function isClose(item: unknown): item is Close {
  return Array.isArray(item);
}

/** What an item takes besides its data: many empty ones take memory too. */
const ITEM_BYTES = 64;

/** About the bytes of memory that an item takes. */
export function sizeOf(item: SocketItem): number {
  if (typeof item === "string") return ITEM_BYTES + item.length;
  return ITEM_BYTES + (item instanceof ArrayBuffer ? item.byteLength : 0);
}

/** Codes of RFC 6455, section 7.4, and of IANA's registry. */
export const CloseCode = {
  Normal: 1000,
  GoingAway: 1001,
  ProtocolError: 1002,
  /** Nothing was said: seen, never sent. */
  NoStatus: 1005,
  /** The connection was lost: seen, never sent. */
  Abnormal: 1006,
  InvalidText: 1007,
  PolicyViolation: 1008,
  TooBig: 1009,
  InternalError: 1011,
  ServiceRestart: 1012,
} as const;

/** Codes that an endpoint may send. */
export function isSendable(code: number): boolean {
  if (code >= 3000 && code <= 4999) return Number.isInteger(code);
  return [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014].includes(code);
}

/** What a close frame has room for. */
export const MAX_REASON_BYTES = 123;
