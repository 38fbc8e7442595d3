import { ServeError } from "../errors.ts";
import { type HeaderList, headerOf } from "./message.ts";

const HEADER = "x-request-timeout-seconds";

/**
 * Milliseconds that a request may take: as its client says, but no longer than the server allows.
 *
 * @throws ServeError `INVALID_REQUEST`
 */
export function timeoutOf(headers: HeaderList, longestMs: number | undefined): number | undefined {
  const header = headerOf(headers, HEADER);
  if (header === undefined) return longestMs;
  const timeoutMs = Number(header) * 1000;
  if (!/^\s*\d+(\.\d+)?\s*$/.test(header) || timeoutMs === 0) {
    throw new ServeError(
      "INVALID_REQUEST",
      `${HEADER} must be a number of seconds over 0, such as 2.5, got ${JSON.stringify(header)}`,
    );
  }
  return longestMs === undefined ? timeoutMs : Math.min(timeoutMs, longestMs);
}

/** @throws ServeError `INVALID_OPTION` */
export function checkTimeout(requestTimeoutMs: number | undefined): void {
  if (requestTimeoutMs === undefined) return;
  if (Number.isFinite(requestTimeoutMs) && requestTimeoutMs > 0) return;
  throw new ServeError(
    "INVALID_OPTION",
    `createServe: option requestTimeoutMs must be a number of milliseconds over 0, got ${requestTimeoutMs}`,
  );
}
