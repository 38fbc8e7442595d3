import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Application, exportedApplication } from "../../src/application.ts";
import { ServeError } from "../../src/errors.ts";
import { loadModule } from "./guest.ts";

/** An app module that the user named on a command line. */
export interface AppModule {
  readonly application: Application<unknown>;
  /** What `serve.run` takes as `module`. */
  readonly url: string;
}

/**
 * Imports `path` or `path#export`.
 *
 * @throws ServeError `INVALID_APPLICATION` in one line that says what to do
 */
export async function importApp(given: string): Promise<AppModule> {
  const [path = "", exportName] = given.split("#");
  const file = resolve(path);
  if (!existsSync(file)) {
    throw new ServeError("INVALID_APPLICATION", `${path}: no such file (looked for ${file})`);
  }
  const url = pathToFileURL(file);
  if (exportName) url.hash = exportName;
  const { exports, ...found } = await loadModule(url.href);
  return { application: exportedApplication(exports, found.exportName, path), url: url.href };
}
