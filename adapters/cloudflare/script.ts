import { type Application, isApplication } from "../../src/application.ts";
import { applicationGraph } from "../../src/application-graph.ts";
import type { ScriptApplication } from "./script-target.ts";

/** The applications that a Worker's code has. */
export interface Script {
  readonly exports: Readonly<Record<string, unknown>>;
  /** Those that run without being declared: builders wait for a configuration. */
  readonly applications: readonly ScriptApplication[];
  /** Must some of their replicas have objects of their own? */
  readonly needsObjects: boolean;
}

/** How messages call the module. */
export const SCRIPT = "createWorker's module";

/** @param apps an application, or the exports of a module: each is then under the prefix of its export's name */
export function scriptOf(
  apps: Application<unknown> | Readonly<Record<string, unknown>>,
  routePrefix: string,
): Script {
  const exports = isApplication(apps) ? { default: apps } : apps;
  const found = Object.entries(exports).filter((one): one is [string, Application<unknown>] =>
    isApplication(one[1]),
  );
  const applications = found.map(([name]) => ({
    name,
    routePrefix: isApplication(apps) ? routePrefix : `/${name}`,
    importPath: `#${name}`,
  }));
  const needsObjects = found.some(([, application]) =>
    applicationGraph(application).nodes.some(({ options }) => options.isolation === "worker"),
  );
  return { exports, applications, needsObjects };
}
