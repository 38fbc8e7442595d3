import type { AppLoader } from "../app-loader.ts";
import type { ConfigProblem } from "../controller/declarations.ts";
import { messageOf } from "../errors.ts";
import type { ApplicationConfig, TargetConfig } from "./application-config.ts";
import { checkApplication } from "./check-application.ts";

/** What the code that a configuration names has against it. */
export async function checkCode(
  { applications }: TargetConfig,
  loader: AppLoader<unknown>,
): Promise<ConfigProblem[]> {
  const found = await Promise.all(applications.map((config) => problemsOfOne(config, loader)));
  return found.flatMap((problems, index) =>
    problems.map(({ path, message }) => ({ path: ["applications", index, ...path], message })),
  );
}

async function problemsOfOne(
  config: ApplicationConfig,
  loader: AppLoader<unknown>,
): Promise<ConfigProblem[]> {
  try {
    const { application } = await loader.load(config.importPath, config.args);
    return checkApplication(config, application);
  } catch (error) {
    return [{ path: ["importPath"], message: `can't be loaded: ${messageOf(error)}` }];
  }
}
