import type { Application } from "../../src/application.ts";
import type { DeploymentKey } from "../../src/handle.ts";

/** Finds an application of this script by the name of its export. */
export type FindApplication = (exportName: string) => Application<unknown>;

// What this isolate knows, from applications it runs and handles it was given: any object of the script can run any
// of its applications, if it knows which export it is.
const exportNames = new Map<string, string>();

export function noteCode(application: string, exportName: string): void {
  exportNames.set(application, exportName);
}

/** The export that is the code of a deployment's application; undefined where nobody has told. */
export function codeOf(key: DeploymentKey): string | undefined {
  return exportNames.get(applicationOf(key));
}

export function applicationOf(key: DeploymentKey): string {
  return key.slice(0, key.indexOf("/"));
}
