import { readFile } from "node:fs/promises";
import {
  HTTP_DEFAULTS,
  type HttpOptions,
  type TlsFiles,
} from "../../../src/config/http-options.ts";
import type { PortConnection } from "../../../src/replica/broker.ts";
import { createServe, type ServeHost } from "../../../src/serve.ts";
import type { LoggingOptions } from "../../../src/telemetry/logging.ts";
import { type AdminListenOptions, listenAdmin } from "../admin-listener.ts";
import { closeOnSignals } from "../close-on-signals.ts";
import type { NodeModule, NodePlatform } from "../index.ts";
import { type Listening, listen } from "../listen.ts";
import type { TlsOptions } from "../tls.ts";

export interface ServerOptions {
  readonly http: HttpOptions;
  readonly logging: LoggingOptions;
  /** Without it there is no admin API. */
  readonly admin: AdminListenOptions | undefined;
}

/** A server of this process. */
export interface Server {
  readonly serve: ServeHost<NodeModule, PortConnection>;
  readonly loader: NodePlatform["loader"];
  /** Where the applications are; undefined where nothing listens for them. */
  readonly url: string | undefined;
  readonly adminUrl: string | undefined;
  /** Aborted when it begins to end: what fails from then on is of no interest. */
  readonly closing: AbortSignal;
}

/** Listens, without an application yet. The process ends on SIGINT, SIGTERM and by the admin API. */
export async function startServer(
  platform: NodePlatform,
  { http, logging: given, admin }: ServerOptions,
): Promise<Server> {
  const httpOptions = { ...HTTP_DEFAULTS, ...http };
  const logging = { accessLog: true, ...given };
  const serve = createServe(platform, { ...httpOptions, logging });
  const listening = await listenUnlessTold(serve, httpOptions);
  const host = {
    declarations: serve.declarations,
    httpOptions,
    logging,
    status: serve.status,
    metrics: serve.metrics,
    shutdown: () => close(),
  };
  const administered = admin && (await listenAdmin(host, admin));
  const listeners = [listening, administered].filter((one) => one !== undefined);
  const closing = new AbortController();
  const close = closeOnSignals(
    {
      shutdown: async () => {
        await serve.shutdown();
        await platform.store.close();
      },
    },
    {
      close: async () => {
        await Promise.all(listeners.map((listener) => listener.close()));
      },
    },
    () => {
      closing.abort();
      console.log("isoserve: finishing the running requests");
    },
  );
  return {
    serve,
    loader: platform.loader,
    url: listening?.url,
    adminUrl: administered?.url,
    closing: closing.signal,
  };
}

async function listenUnlessTold(
  serve: Server["serve"],
  { location, tls, ...options }: HttpOptions,
): Promise<Listening | undefined> {
  if (location === "NoServer") return undefined;
  return listen(serve, { ...options, tls: tls && (await withPassphrase(tls)) });
}

async function withPassphrase({ passphraseFile, ...files }: TlsFiles): Promise<TlsOptions> {
  if (passphraseFile === undefined) return files;
  return { ...files, passphrase: (await readFile(passphraseFile, "utf8")).trimEnd() };
}
