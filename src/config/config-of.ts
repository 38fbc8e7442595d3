import type { AppLoader } from "../app-loader.ts";
import type { ApplicationSource } from "../controller/controller.ts";
import { planOf } from "../controller/division.ts";
import type { ApplicationConfig, DeploymentConfig } from "./application-config.ts";

/** What was run by hand, as a configuration says it; undefined where no text can name the code. */
export function configOf<Code>(
  name: string,
  { graph, routePrefix, code, logging }: ApplicationSource<Code>,
  loader: AppLoader<Code>,
): ApplicationConfig | undefined {
  const reference = loader.reference(code);
  if (!reference) return undefined;
  const { importPath, args } = reference;
  const deployments = graph.nodes.map(
    (node) => JSON.parse(JSON.stringify({ ...node.options, name: node.name })) as DeploymentConfig,
  );
  const traffic = Object.fromEntries(graph.splits.map((split) => [split.name, planOf(split)]));
  return {
    name,
    routePrefix,
    importPath,
    ...(args !== undefined && { args }),
    deployments,
    ...(graph.splits.length > 0 && { traffic }),
    ...(logging && { logging }),
  };
}
