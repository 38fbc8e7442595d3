import { type ErrorData, fromErrorData } from "../../src/error-data.ts";
import type { ServeStatus } from "../../src/index.ts";
import { LogBook } from "../fixtures/log-book.ts";
import type { SuiteHost } from "./case.ts";
import type { Connect } from "./socket-client.ts";
import type { AppName } from "./trial.ts";

/** What a test tells a host that it reaches only over HTTP. */
export type RemoteAction =
  | {
      readonly type: "run";
      readonly exportName: AppName;
      readonly options: { readonly name: string; readonly routePrefix: string };
    }
  | { readonly type: "delete"; readonly name: string }
  | { readonly type: "kill"; readonly replicaId: string }
  | {
      readonly type: "call";
      readonly handle: string;
      readonly method: string;
      readonly args: readonly unknown[];
    };

interface RemoteAnswer {
  readonly value?: unknown;
  readonly error?: ErrorData;
  readonly status: ServeStatus;
  /** Grows: answers may overtake one another. */
  readonly number: number;
}

/** A host of the suite in another process, as far as cases need it whose arguments and results are JSON. */
export function remoteHost(
  name: string,
  isolation: string,
  send: (path: string, init?: RequestInit) => Promise<Response>,
  connect: Connect,
): SuiteHost {
  let status: ServeStatus = { applications: {} };
  let newest = 0;
  const act = async (action: RemoteAction): Promise<unknown> => {
    const body = JSON.stringify(action);
    const response = await send(`/-remote/${isolation}`, { method: "POST", body });
    const answer = (await response.json()) as RemoteAnswer;
    if (answer.number > newest) ({ number: newest, status } = answer);
    if (answer.error) throw fromErrorData(answer.error);
    return answer.value;
  };
  // biome-ignore lint/suspicious/noExplicitAny: a handle of any type
  const handle = (reference: string): any =>
    new Proxy(
      {},
      {
        get: (_, method) => {
          if (method === "then" || typeof method !== "string") return undefined;
          return (...args: unknown[]) => act({ type: "call", handle: reference, method, args });
        },
      },
    );
  const unsupported = () => Promise.reject(new Error("not over HTTP"));
  return {
    name,
    bodyLimitBytes: 1024 * 1024,
    // What it logs stays there.
    log: new LogBook(),
    serve: {
      delete: async (application) => void (await act({ type: "delete", name: application })),
      status: () => status,
      handle,
      fetch: (request) => send(`/${isolation}${new URL(request.url).pathname}`, partsOf(request)),
      setTraffic: unsupported,
      scale: unsupported,
    },
    run: async (exportName, options) => {
      await act({ type: "run", exportName, options });
      return handle(options.name);
    },
    connect: (path, protocols) => connect(`/${isolation}${path}`, protocols),
    kill: async (replicaId) => void (await act({ type: "kill", replicaId })),
  };
}

function partsOf({ method, headers, body }: Request): RequestInit {
  return { method, headers, ...(body && { body, duplex: "half" }) } as RequestInit;
}
