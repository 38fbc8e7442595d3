import { isSendable, MAX_REASON_BYTES } from "./message.ts";

/** A copy of what the user sends, who may use the buffer again. @throws TypeError for what is not bytes */
export function bytesOf(data: ArrayBuffer | ArrayBufferView): ArrayBuffer {
  if (data instanceof ArrayBuffer) return data.slice(0);
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).buffer;
  }
  throw new TypeError(
    "upgradeWebSocket: socket.send takes a string, an ArrayBuffer or a view of one; give JSON.stringify(value) or await blob.arrayBuffer()",
  );
}

/** @throws RangeError */
export function checkClose(code: number, reason: string): void {
  if (!isSendable(code)) {
    throw new RangeError(
      `upgradeWebSocket: socket.close takes a code of 1000 to 1014 that may be sent, or 3000 to 4999, got ${String(code)}`,
    );
  }
  const bytes = new TextEncoder().encode(reason).length;
  if (bytes <= MAX_REASON_BYTES) return;
  throw new RangeError(
    `upgradeWebSocket: the reason given to socket.close has ${bytes} bytes, ${MAX_REASON_BYTES} fit in`,
  );
}

/**
 * The subprotocol to agree on: the first of the server's that the client offers too.
 *
 * @param offered the value of `sec-websocket-protocol`
 */
export function agreedProtocol(offered: string | null, spoken: readonly string[]): string {
  const known = new Set((offered ?? "").split(",").map((name) => name.trim()));
  return spoken.find((name) => known.has(name)) ?? "";
}
