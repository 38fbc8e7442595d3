import type { Application } from "../application.ts";
import { type ApplicationGraph, applicationGraph, withOptions } from "../application-graph.ts";
import type { ConfigProblem } from "../controller/declarations.ts";
import { messageOf } from "../errors.ts";
import type { TrafficPlan } from "../traffic-plan.ts";
import type { ApplicationConfig, DeploymentConfig } from "./application-config.ts";
import { nearest } from "./nearest.ts";

/**
 * What a configuration says of deployments and splits that the code does not have, or can't be.
 *
 * @returns problems with paths from the application's own configuration: `["deployments", 1, "name"]`
 */
export function checkApplication(
  { deployments = [], traffic = {} }: Pick<ApplicationConfig, "deployments" | "traffic">,
  application: Application<unknown>,
): ConfigProblem[] {
  const graph = applicationGraph(application);
  return [
    ...deployments.flatMap((one, index) => deploymentProblems(one, index, graph)),
    ...Object.entries(traffic).flatMap(([name, plan]) => planProblems(name, plan, graph)),
  ];
}

function deploymentProblems(
  { name, ...options }: DeploymentConfig,
  index: number,
  graph: ApplicationGraph,
): ConfigProblem[] {
  const path = ["deployments", index];
  const unknown = unknownName(
    [...path, "name"],
    name,
    "deployment of the application",
    graph.nodes,
  );
  if (unknown) return [unknown];
  try {
    withOptions(graph, { [name]: options });
    return [];
  } catch (error) {
    return [{ path, message: `can't be: ${messageOf(error)}` }];
  }
}

function planProblems(
  name: string,
  { weights, shadow = {} }: TrafficPlan,
  { splits }: ApplicationGraph,
): ConfigProblem[] {
  const path = ["traffic", name];
  const split = splits.find((one) => one.name === name);
  if (!split)
    return [unknownName(path, name, "split of the application", splits)].filter(isProblem);
  const unknown = (field: string, shares: object, what: string, known: readonly Named[]) =>
    Object.keys(shares).map((arm) => unknownName([...path, field, arm], arm, what, known));
  return [
    ...unknown("weights", weights, "arm of the split", split.arms),
    ...unknown("shadow", shadow, "shadow of the split", split.shadows),
  ].filter(isProblem);
}

interface Named {
  readonly name: string;
}

function unknownName(
  path: ConfigProblem["path"],
  name: string,
  what: string,
  known: readonly Named[],
): ConfigProblem | undefined {
  const names = known.map((one) => one.name);
  if (names.includes(name)) return undefined;
  const near = nearest(name, names);
  const has = names.length > 0 ? `it has ${names.join(", ")}` : "it has none";
  const remedy = near === undefined ? has : `did you mean ${near}?`;
  return { path, message: `${JSON.stringify(name)} is no ${what}; ${remedy}` };
}

function isProblem(problem: ConfigProblem | undefined): problem is ConfigProblem {
  return problem !== undefined;
}
