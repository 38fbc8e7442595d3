import type { Application } from "../../src/application.ts";
import { nodeLoader } from "./app-loader.ts";

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
  const { application, code } = await nodeLoader().load(given, undefined);
  return { application, url: String(code) };
}
