import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/** A server that answers as the admin API would, with what a test says. */
export interface AdminDouble {
  readonly address: string;
  readonly asked: Asked[];
  /** The answers to one method and path, in turn; the last goes on. */
  on(methodAndPath: string, ...answers: readonly Answer[]): void;
  close(): Promise<void>;
}

export async function adminDouble(): Promise<AdminDouble> {
  const asked: Asked[] = [];
  const answers = new Map<string, Answer[]>();
  const server = createServer(async (request, response) => {
    const { method = "", path, ...rest } = await read(request);
    asked.push({ method, path, ...rest });
    const left = answers.get(`${method} ${path}`) ?? [{ status: 404 }];
    const { status, body } = (left.length > 1 ? left.shift() : left[0]) as Answer;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(body === undefined ? "" : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    on: (methodAndPath, ...given) => answers.set(methodAndPath, [...given]),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(request: IncomingMessage) {
  const body = await text(request);
  return {
    method: request.method,
    path: request.url ?? "",
    authorization: request.headers.authorization,
    body: body === "" ? undefined : (JSON.parse(body) as unknown),
  };
}
