import type { AppLoader, LoadedApp } from "../app-loader.ts";
import type { ApplicationAutoscalingPolicy } from "../autoscale/policy.ts";
import type { ConfigProblem } from "../controller/declarations.ts";
import { messageOf } from "../errors.ts";
import type { ApplicationConfig, TargetConfig } from "./application-config.ts";
import { checkApplication } from "./check-application.ts";

/** The code of an application; undefined where it can't be loaded, which is a problem then. */
export interface CheckedCode<Code> {
  readonly app: LoadedApp<Code> | undefined;
  /** Scales its deployments together; undefined where it names none. */
  readonly policy: ApplicationAutoscalingPolicy | undefined;
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
    const { policy, problems } = await loadPolicy(config, loader);
    const found = [...checkApplication(config, app.application), ...problems];
    return { app, policy, problems: found };
  } catch (error) {
    const message = `can't be loaded: ${messageOf(error)}`;
    return { app: undefined, policy: undefined, problems: [{ path: ["importPath"], message }] };
  }
}

async function loadPolicy(
  { autoscalingPolicy }: ApplicationConfig,
  loader: AppLoader<unknown>,
): Promise<Pick<CheckedCode<never>, "policy" | "problems">> {
  if (autoscalingPolicy === undefined) return { policy: undefined, problems: [] };
  const path = ["autoscalingPolicy"];
  try {
    const found = await loader.exported(autoscalingPolicy);
    if (typeof found === "function") {
      return { policy: found as ApplicationAutoscalingPolicy, problems: [] };
    }
    const message = `${JSON.stringify(autoscalingPolicy)} names no function; export one, (contexts) => counts by deployment`;
    return { policy: undefined, problems: [{ path, message }] };
  } catch (error) {
    const message = `can't be loaded: ${messageOf(error)}`;
    return { policy: undefined, problems: [{ path, message }] };
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
