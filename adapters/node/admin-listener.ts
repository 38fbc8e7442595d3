import { isIPv6 } from "node:net";
import { ServeError } from "../../src/errors.ts";
import { type AdminHost, createAdmin } from "../../src/http/admin.ts";
import { isLoopback } from "../../src/http/loopback.ts";
import { type Listening, type ServerOptions, serveHttp } from "./http-server.ts";

export type { AdminHost };

export interface AdminListenOptions extends ServerOptions {
  /** 127.0.0.1, this machine only, by default; any other address needs a token. */
  readonly host?: string;
  /** 8265 by default; 0 takes any free one. */
  readonly port?: number;
  /** What clients must send as `authorization: Bearer …`. */
  readonly token?: string | undefined;
}

/**
 * Serves the admin API, on a listener of its own: what reaches the applications does not reach it.
 *
 * @throws ServeError `INVALID_OPTION` for an address that others reach without a token, or that can't be had
 */
export async function listenAdmin(
  admin: AdminHost,
  options: AdminListenOptions = {},
): Promise<Listening> {
  const { host = "127.0.0.1", port = 8265, token } = options;
  if (token === undefined && !isLoopback(isIPv6(host) ? `[${host}]` : host)) {
    throw new ServeError(
      "INVALID_OPTION",
      `admin API: who reaches ${host} could stop and replace what runs; set a token (--admin-token) or listen on 127.0.0.1`,
    );
  }
  const answer = createAdmin(admin, { token });
  const where = { host, port, portFlag: "--admin-port" };
  return serveHttp((request) => answer(request), where, options);
}
