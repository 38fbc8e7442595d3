import type { AppLoader, LoadedApp } from "../app-loader.ts";
import type { ApplicationAutoscalingPolicy } from "../autoscale/policy.ts";
import type { ConfigProblem } from "../controller/declarations.ts";
import { messageOf, ServeError } from "../errors.ts";
import type { ApplicationConfig, TargetConfig } from "./application-config.ts";
import { checkApplication } from "./check-application.ts";

/** The code of an application; undefined where it can't be loaded, which is a problem then. */
export interface CheckedCode<Code> {
  readonly app: LoadedApp<Code> | undefined;
  /** Undefined where it names none. */
  readonly policy: NamedPolicy | undefined;
  /** With paths from the application's own configuration. */
  readonly problems: readonly ConfigProblem[];
}

/** What scales the deployments of an application together. */
export interface NamedPolicy {
  readonly scale: ApplicationAutoscalingPolicy;
  /** The same as long as its code is. */
  readonly version: string;
}

/** Loads the code that a configuration names and checks what it says of it. */
export async function loadChecked<Code>(
  config: ApplicationConfig,
  loader: AppLoader<Code>,
): Promise<CheckedCode<Code>> {
  const problems: ConfigProblem[] = [];
  const load = async <T>(field: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      problems.push({ path: [field], message: `can't be loaded: ${messageOf(error)}` });
      return undefined;
    }
  };
  const app = await load("importPath", () => loader.load(config.importPath, config.args));
  const policy = await load("autoscalingPolicy", () => policyOf(config, loader));
  if (app) problems.push(...checkApplication(config, app.application));
  return { app, policy, problems };
}

async function policyOf(
  { autoscalingPolicy }: ApplicationConfig,
  loader: AppLoader<unknown>,
): Promise<NamedPolicy | undefined> {
  if (autoscalingPolicy === undefined) return undefined;
  const { value, version } = await loader.exported(autoscalingPolicy);
  if (typeof value === "function") {
    return { scale: value as ApplicationAutoscalingPolicy, version };
  }
  throw new ServeError(
    "INVALID_CONFIG",
    `${JSON.stringify(autoscalingPolicy)} names no function; export one, (contexts) => counts by deployment`,
  );
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
