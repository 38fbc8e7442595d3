import { once } from "node:events";
import type { ServerOptions as HttpOptions, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { ServeError } from "../../src/errors.ts";
import { answerClientErrors, answers } from "./client-errors.ts";
import { closerOf } from "./close-server.ts";
import { asksForSocket } from "./handshakes.ts";
import { type Timeouts, timeoutOptions } from "./timeouts.ts";
import { readTls, type TlsOptions } from "./tls.ts";
import type { WebSockets } from "./web-sockets.ts";

export interface Listening {
  /** `http://127.0.0.1:8000`, or `https://…`, as it can be opened. */
  readonly url: string;
  readonly port: number;
  /**
   * Stops accepting and resolves when the last connection is closed: idle ones at once, the rest after their answer,
   * WebSockets with 1001 once the message is dealt with that they are at, or 5 s later.
   */
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

/** How it is done. */
export interface ServerOptions extends Timeouts {
  /** With these files it speaks HTTPS. */
  readonly tls?: TlsOptions | undefined;
}

/**
 * Serves HTTP or HTTPS at an address of this machine.
 *
 * @param sockets what its WebSockets are handled by; without it requests for one are answered as any other
 * @throws ServeError `INVALID_OPTION` when it can't be had, or the options are none
 */
export async function serveHttp(
  answer: Answer,
  where: Address,
  options: ServerOptions = {},
  sockets?: WebSockets,
): Promise<Listening> {
  const upgrades = sockets && { shouldUpgradeCallback: asksForSocket };
  const server = await createServer(answer, options, upgrades);
  sockets?.listen(server);
  const closeServer = closerOf(server);
  const close = () => {
    sockets?.goAway();
    return closeServer();
  };
  server.listen(where.port, where.host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw new ServeError("INVALID_OPTION", cannotListen(error, where), { cause: error });
  }
  const address = server.address() as AddressInfo;
  const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
  const scheme = options.tls ? "https" : "http";
  return { url: `${scheme}://${shown}:${address.port}`, port: address.port, close };
}

async function createServer(
  answer: Answer,
  { tls, ...timeouts }: ServerOptions,
  upgrades: HttpOptions = {},
) {
  const own = { ...timeoutOptions(timeouts), ...upgrades };
  const fetch = (request: Request, bindings: unknown) => {
    answers((bindings as HttpBindings).outgoing as ServerResponse);
    return answer(request, bindings as HttpBindings);
  };
  const made = tls
    ? { createServer: createTlsServer, serverOptions: { ...own, ...(await readTls(tls)) } }
    : { serverOptions: own };
  const server = createAdaptorServer({ fetch, ...made }) as Server;
  answerClientErrors(server);
  return server;
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
