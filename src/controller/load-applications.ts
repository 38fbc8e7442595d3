import type { AppLoader, LoadedApp } from "../app-loader.ts";
import { applicationGraph, withOptions } from "../application-graph.ts";
import type { ApplicationConfig } from "../config/application-config.ts";
import { loadChecked, type NamedPolicy } from "../config/check-code.ts";
import { refuse } from "../config/parse-target.ts";
import { messageOf } from "../errors.ts";
import type { ReplicaConnection } from "../platform.ts";
import type { Controller } from "./controller.ts";
import type { ConfigProblem } from "./declarations.ts";
import { withTraffic } from "./division.ts";

/** An application that can be deployed. */
export interface LoadedApplication {
  readonly config: ApplicationConfig;
  readonly version: string;
  readonly deploy: () => void;
}

/**
 * Loads the code of applications and checks what their configurations say of it.
 *
 * @param at the path of each configuration in its document
 * @throws ServeError `INVALID_CONFIG` with all that is wrong with any of them
 */
export async function loadApplications<Code, C extends ReplicaConnection>(
  configs: readonly ApplicationConfig[],
  loader: AppLoader<Code>,
  controller: Controller<Code, C>,
  at: (index: number) => readonly (string | number)[],
): Promise<LoadedApplication[]> {
  const problems: ConfigProblem[] = [];
  const loading = configs.map(async (config, index) => {
    const { application, wrong = [] } = await loadOne(config, loader, controller);
    problems.push(...wrong.map((one) => ({ ...one, path: [...at(index), ...one.path] })));
    return application;
  });
  const loaded = await Promise.all(loading);
  refuse(problems);
  return loaded.filter((one) => one !== undefined);
}

async function loadOne<Code, C extends ReplicaConnection>(
  config: ApplicationConfig,
  loader: AppLoader<Code>,
  controller: Controller<Code, C>,
): Promise<{ application?: LoadedApplication; wrong?: readonly ConfigProblem[] }> {
  const { app, policy, problems } = await loadChecked(config, loader);
  if (app === undefined || problems.length > 0) return { wrong: problems };
  try {
    const deploy = preparation(config, app, policy, controller);
    const version = policy ? JSON.stringify([app.version, policy.version]) : app.version;
    return { application: { config, version, deploy } };
  } catch (error) {
    return { wrong: [{ path: [], message: `can't be deployed: ${messageOf(error)}` }] };
  }
}

function preparation<Code, C extends ReplicaConnection>(
  { name, routePrefix, deployments = [], traffic = {}, logging }: ApplicationConfig,
  { application, code, version: codeVersion }: LoadedApp<Code>,
  policy: NamedPolicy | undefined,
  controller: Controller<Code, C>,
): () => void {
  const options = deployments.map(({ name: deployment, ...rest }) => [deployment, rest]);
  const optioned = withOptions(applicationGraph(application), Object.fromEntries(options));
  const graph = withTraffic(optioned, traffic);
  const autoscalingPolicy = policy?.scale;
  const source = { graph, routePrefix, code, codeVersion, autoscalingPolicy, logging };
  return controller.preparation(name, source);
}
