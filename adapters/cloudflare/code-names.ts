import type { Application } from "../../src/application.ts";
import type { Json } from "../../src/config/application-config.ts";
import { exportedApplication } from "../../src/exported-application.ts";
import type { DeploymentKey } from "../../src/handle.ts";

/** An application of this script: the name of its export, and where that is a builder what it is given. */
export type CloudflareModule = string | { readonly export: string; readonly args: Json };

/** @throws ServeError `INVALID_APPLICATION` */
export type FindApplication = (code: CloudflareModule) => Application<unknown>;

/** @param where the module, for messages */
export function findIn(exports: object, where: string): FindApplication {
  return (code) => {
    const args = typeof code === "string" ? undefined : code.args;
    return exportedApplication(exports, exportOf(code), where, args);
  };
}

export function exportOf(code: CloudflareModule): string {
  return typeof code === "string" ? code : code.export;
}

// What this isolate knows, from applications it runs and handles it was given: any object of the script can run any
// of its applications, if it knows which export it is.
const codes = new Map<string, CloudflareModule>();

export function noteCode(application: string, code: CloudflareModule): void {
  codes.set(application, code);
}

/** The code of a deployment's application; undefined where nobody has told. */
export function codeOf(key: DeploymentKey): CloudflareModule | undefined {
  return codes.get(applicationOf(key));
}

export function applicationOf(key: DeploymentKey): string {
  return key.slice(0, key.indexOf("/"));
}
