import type { ServerOptions } from "node:http";
import { HTTP_DEFAULTS } from "../../src/config/http-options.ts";
import { ServeError } from "../../src/errors.ts";

/** How long clients are waited for, in milliseconds. */
export interface Timeouts {
  /** How long a connection may stay idle between two requests; 5 000 by default. */
  readonly keepAliveTimeoutMs?: number | undefined;
  /** How long a client may take to send a request's headers; 10 000 by default. Then it is answered 408. */
  readonly headersTimeoutMs?: number | undefined;
  /** How long a client may take to send all of a request, its body too; 300 000 by default. Then it is answered 408. */
  readonly receiveTimeoutMs?: number | undefined;
}

/** How late a connection may be cut. */
const CHECK_MS = 1_000;

/**
 * What Node's server is to wait for.
 *
 * @throws ServeError `INVALID_OPTION`
 */
export function timeoutOptions(timeouts: Timeouts): ServerOptions {
  const keepAliveTimeout = milliseconds(timeouts, "keepAliveTimeoutMs");
  const headersTimeout = milliseconds(timeouts, "headersTimeoutMs");
  const requestTimeout = milliseconds(timeouts, "receiveTimeoutMs");
  return {
    keepAliveTimeout,
    // Node takes none that is longer than the other.
    headersTimeout: Math.min(headersTimeout, requestTimeout),
    requestTimeout,
    connectionsCheckingInterval: Math.min(CHECK_MS, headersTimeout, requestTimeout),
  };
}

function milliseconds(timeouts: Timeouts, name: keyof Timeouts): number {
  const given = timeouts[name] ?? HTTP_DEFAULTS[name];
  if (Number.isFinite(given) && given > 0) return given;
  throw new ServeError(
    "INVALID_OPTION",
    `listen: option ${name} must be a number of milliseconds over 0, got ${String(given)}`,
  );
}
