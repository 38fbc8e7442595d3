import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { ServeError } from "../../src/errors.ts";
import type { Ingress, KnownRequest } from "../../src/http/ingress.ts";

export interface ListenOptions {
  /** 8000 by default; 0 takes any free one. */
  port?: number;
  /** The address to listen on; 127.0.0.1, this machine only, by default. */
  host?: string;
}

export interface Listening {
  /** `http://127.0.0.1:8000`, as it can be opened. */
  readonly url: string;
  readonly port: number;
  /** Stops accepting and resolves when the last connection is closed: idle ones now, the rest after their answer. */
  close(): Promise<void>;
}

/**
 * Serves HTTP on this machine.
 *
 * @throws ServeError `INVALID_OPTION` when the address can't be had
 */
export async function listen(
  serve: { readonly ingress: Ingress },
  options: ListenOptions = {},
): Promise<Listening> {
  const { port = 8000, host = "127.0.0.1" } = options;
  const server = createAdaptorServer({
    fetch: (request, bindings) => {
      const { incoming, outgoing } = bindings as HttpBindings;
      return serve.ingress.fetch(request, known(incoming, outgoing));
    },
  }) as Server;
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw new ServeError("INVALID_OPTION", cannotListen(error, host, port), { cause: error });
  }
  const address = server.address() as AddressInfo;
  const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return {
    url: `http://${shown}:${address.port}`,
    port: address.port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      // Kept-alive connections count as open until somebody looks for idle ones.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      server.closeIdleConnections();
      await closed;
      clearInterval(idle);
    },
  };
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

function cannotListen(error: unknown, host: string, port: number): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "EADDRINUSE":
      return `listen: port ${port} of ${host} is in use; take another (--port ${port + 1}) or stop what uses it`;
    case "EACCES":
      return `listen: port ${port} needs privileges; take one over 1023 (--port 8000)`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `listen: host ${host} is no address of this machine; take 127.0.0.1 or 0.0.0.0`;
    default:
      return `listen: can't listen on ${host}:${port}: ${(error as Error).message}`;
  }
}
