import type { Application } from "../../src/application.ts";
import type { Json } from "../../src/config/application-config.ts";
import { exportedApplication } from "../../src/exported-application.ts";

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

export function moduleOf(exportName: string, args: Json | undefined): CloudflareModule {
  return args === undefined ? exportName : { export: exportName, args };
}
