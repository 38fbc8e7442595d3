import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { ServeError } from "../../src/errors.ts";

export interface Listening {
  /** `http://127.0.0.1:8000`, as it can be opened. */
  readonly url: string;
  readonly port: number;
  /** Stops accepting and resolves when the last connection is closed: idle ones now, the rest after their answer. */
  close(): Promise<void>;
}

/** Answers a request, given Node's own view of it. */
export type Answer = (request: Request, node: HttpBindings) => Promise<Response>;

/** Where to listen, and how the command line calls the port. */
export interface Address {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly portFlag: string;
}

/**
 * Serves HTTP at an address of this machine.
 *
 * @throws ServeError `INVALID_OPTION` when it can't be had
 */
export async function serveHttp(answer: Answer, where: Address): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: (request, bindings) => answer(request, bindings as HttpBindings),
  }) as Server;
  server.listen(where.port, where.host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw new ServeError("INVALID_OPTION", cannotListen(error, where), { cause: error });
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

function cannotListen(error: unknown, { host, port, portFlag }: Address): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "EADDRINUSE":
      return `listen: port ${port} of ${host} is in use; take another (${portFlag} ${port + 1}) or stop what uses it`;
    case "EACCES":
      return `listen: port ${port} needs privileges; take one over 1023 (${portFlag} 8000)`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `listen: host ${host} is no address of this machine; take 127.0.0.1 or 0.0.0.0`;
    default:
      return `listen: can't listen on ${host}:${port}: ${(error as Error).message}`;
  }
}
