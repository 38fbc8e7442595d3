import type { Json } from "../../src/config/application-config.ts";
import { exportedApplication } from "../../src/exported-application.ts";
import type { Ingress } from "../../src/http/ingress.ts";
import {
  createServe,
  type LogSink,
  type Platform,
  type ReplicaConnection,
  type Serve,
} from "../../src/index.ts";
import type { ServeHost } from "../../src/serve.ts";
import * as exports from "../fixtures/apps.ts";
import { LogBook } from "../fixtures/log-book.ts";
import type { SuiteHost } from "./case.ts";
import { killable } from "./killable.ts";
import type { Connect } from "./socket-client.ts";
import { virtualSockets } from "./virtual-socket.ts";

// A copy: the suite picks applications by name.
const apps = { ...exports };
const bodyLimitBytes = 1024 * 1024;

/** How clients of a host open WebSockets. */
export type Sockets = (
  serve: { readonly ingress: Ingress } & Pick<Serve<unknown>, "fetch">,
) => Connect;

/**
 * A platform as the suite runs it.
 *
 * @param platformWith the platform with its log
 * @param moduleOf where workers find the application of an export; undefined runs it in this thread
 * @param sockets those within this thread for hosts that have no others
 */
export function suiteHost<Code, C extends ReplicaConnection>(
  name: string,
  platformWith: (log: LogSink) => Platform<Code, C>,
  moduleOf: (exportName: string, args: Json | undefined) => Code | undefined,
  sockets: Sockets = (serve) => virtualSockets(serve, bodyLimitBytes),
  log = new LogBook(),
): SuiteHost & { readonly serve: ServeHost<Code, C>; shutdown(): Promise<void> } {
  const { platform, kill } = killable(platformWith(log));
  const serve = createServe(platform, { bodyLimitBytes, serverTiming: true });
  return {
    name,
    bodyLimitBytes,
    log,
    serve,
    run: async (exportName, { args, ...options }) => {
      const module = moduleOf(exportName, args);
      const application = exportedApplication(apps, exportName, "test/fixtures/apps.ts", args);
      return serve.run(application, { ...options, ...(module && { module }) });
    },
    connect: sockets(serve),
    kill,
    shutdown: () => serve.shutdown(),
  };
}
