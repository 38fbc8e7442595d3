import type { AppLoader, LoadedApp } from "../app-loader.ts";
import type { ConfigProblem } from "../controller/declarations.ts";
import { messageOf } from "../errors.ts";
import type { ApplicationConfig, TargetConfig } from "./application-config.ts";
import { checkApplication } from "./check-application.ts";

/** The code of an application; undefined where it can't be loaded, which is a problem then. */
export interface CheckedCode<Code> {
  readonly app: LoadedApp<Code> | undefined;
  /** With paths from the application's own configuration. */
  readonly problems: readonly ConfigProblem[];
}

/** Loads the code that a configuration names and checks what it says of it. */
export async function loadChecked<Code>(
  config: ApplicationConfig,
  loader: AppLoader<Code>,
): Promise<CheckedCode<Code>> {
  try {
    const app = await loader.load(config.importPath, config.args);
    return { app, problems: checkApplication(config, app.application) };
  } catch (error) {
    const message = `can't be loaded: ${messageOf(error)}`;
    return { app: undefined, problems: [{ path: ["importPath"], message }] };
  }
}

/** What the code that a configuration names has against it. */
export async function checkCode(
  { applications }: TargetConfig,
  loader: AppLoader<unknown>,
): Promise<ConfigProblem[]> {
  const found = await Promise.all(applications.map((config) => loadChecked(config, loader)));
  return found.flatMap(({ problems }, index) =>
    problems.map(({ path, message }) => ({ path: ["applications", index, ...path], message })),
  );
}
