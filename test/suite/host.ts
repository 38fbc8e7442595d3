import type { Json } from "../../src/config/application-config.ts";
import { exportedApplication } from "../../src/exported-application.ts";
import { createServe, type Platform, type ReplicaConnection } from "../../src/index.ts";
import type { ServeHost } from "../../src/serve.ts";
import * as exports from "../fixtures/apps.ts";
import type { SuiteHost } from "./case.ts";
import { killable } from "./killable.ts";

// A copy: the suite picks applications by name.
const apps = { ...exports };
const bodyLimitBytes = 1024 * 1024;

/**
 * A platform as the suite runs it.
 *
 * @param moduleOf where workers find the application of an export; undefined runs it in this thread
 */
export function suiteHost<Code, C extends ReplicaConnection>(
  name: string,
  made: Platform<Code, C>,
  moduleOf: (exportName: string, args: Json | undefined) => Code | undefined,
): SuiteHost & { readonly serve: ServeHost<Code, C>; shutdown(): Promise<void> } {
  const { platform, kill } = killable(made);
  const serve = createServe(platform, { bodyLimitBytes, serverTiming: true });
  return {
    name,
    bodyLimitBytes,
    serve,
    run: async (exportName, { args, ...options }) => {
      const module = moduleOf(exportName, args);
      const application = exportedApplication(apps, exportName, "test/fixtures/apps.ts", args);
      return serve.run(application, { ...options, ...(module && { module }) });
    },
    kill,
    shutdown: () => serve.shutdown(),
  };
}
