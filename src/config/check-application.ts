import type { Application } from "../application.ts";
import { applicationGraph, withOptions } from "../application-graph.ts";
import type { ConfigProblem } from "../controller/declarations.ts";
import { messageOf } from "../errors.ts";
import type { ApplicationConfig } from "./application-config.ts";
import { nearest } from "./nearest.ts";

/**
 * What a configuration says of deployments that the code does not have, or can't be.
 *
 * @returns problems with paths from the application's own configuration: `["deployments", 1, "name"]`
 */
export function checkApplication(
  config: Pick<ApplicationConfig, "deployments">,
  application: Application<unknown>,
): ConfigProblem[] {
  const graph = applicationGraph(application);
  const names = graph.nodes.map(({ name }) => name);
  return (config.deployments ?? []).flatMap(({ name, ...options }, index): ConfigProblem[] => {
    const path = ["deployments", index];
    if (!names.includes(name)) {
      const near = nearest(name, names);
      const has = near === undefined ? `it has ${names.join(", ")}` : `did you mean ${near}?`;
      const message = `${JSON.stringify(name)} is no deployment of the application; ${has}`;
      return [{ path: [...path, "name"], message }];
    }
    try {
      withOptions(graph, { [name]: options });
      return [];
    } catch (error) {
      return [{ path, message: `can't be: ${messageOf(error)}` }];
    }
  });
}
