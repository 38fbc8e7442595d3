import type { IncomingMessage, ServerResponse } from "node:http";
import { HTTP_DEFAULTS } from "../../src/config/http-options.ts";
import type { Ingress, KnownRequest } from "../../src/http/ingress.ts";
import { type Listening, type ServerOptions, serveHttp } from "./http-server.ts";
import { WebSockets } from "./web-sockets.ts";

export type { Listening };

export interface ListenOptions extends ServerOptions {
  /** 8000 by default; 0 takes any free one. */
  port?: number;
  /** The address to listen on; 127.0.0.1, this machine only, by default. */
  host?: string;
}

/**
 * Serves HTTP and WebSockets, or with `tls` HTTPS, on this machine.
 *
 * @throws ServeError `INVALID_OPTION` when the address can't be had, or that names the file with which TLS can't be
 */
export async function listen(
  serve: { readonly ingress: Ingress },
  options: ListenOptions = {},
): Promise<Listening> {
  const { port = HTTP_DEFAULTS.port, host = HTTP_DEFAULTS.host } = options;
  const { ingress } = serve;
  const sockets = new WebSockets(ingress.bodyLimitBytes);
  return serveHttp(
    (request, node) => {
      const { incoming, outgoing } = node;
      const fetch = (about: KnownRequest) => ingress.fetch(request, about);
      return sockets.answer(request, node, known(incoming, outgoing), fetch);
    },
    { host, port, portFlag: "--port" },
    options,
    sockets,
  );
}

/** Reads what the parser has read already: going through `Request` costs half as much as the whole call. */
function known(incoming: IncomingMessage, outgoing: ServerResponse): KnownRequest {
  const { rawHeaders } = incoming;
  const headers: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    headers.push((rawHeaders[at] as string).toLowerCase(), rawHeaders[at + 1] as string);
  }
  return {
    headers,
    whenGone: (listener) => {
      outgoing.once("close", () => {
        if (!outgoing.writableFinished) listener(new Error("the client closed the connection"));
      });
    },
  };
}
