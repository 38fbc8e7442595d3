import { stringify } from "yaml";
import type { Application } from "../../../src/application.ts";
import { applicationGraph, type NamedNode } from "../../../src/application-graph.ts";
import type { DeploymentConfig } from "../../../src/config/application-config.ts";
import { DEFAULT_NAME, DEFAULT_ROUTE_PREFIX } from "../../../src/config/duplicates.ts";
import { resolveOptions } from "../../../src/options.ts";

export interface NamedApplication {
  /** `./app.ts#digits` */
  readonly importPath: string;
  readonly application: Application<unknown>;
}

/** A configuration to start from: each deployment with the options that its code gives. */
export function skeleton(applications: readonly NamedApplication[]): string {
  const names = namesOf(applications.map(({ importPath }) => importPath));
  return stringify({
    applications: applications.map(({ importPath, application }, index) => ({
      name: names[index],
      routePrefix: names[index] === DEFAULT_NAME ? DEFAULT_ROUTE_PREFIX : `/${names[index]}`,
      importPath,
      deployments: applicationGraph(application).nodes.map(deploymentConfig),
    })),
  });
}

/** What is as it would be without being said is left out, but for the number that is changed most. */
function deploymentConfig({ name, options }: NamedNode): DeploymentConfig {
  const defaults = new Map<string, unknown>(Object.entries(resolveOptions(name, {})));
  const given = Object.entries(options).filter(
    ([key, value]) => key !== "name" && value !== undefined && !isSame(value, defaults.get(key)),
  );
  return { name, numReplicas: options.numReplicas, ...Object.fromEntries(given) };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** One application needs no name; several get those of their exports or files, which have to differ. */
function namesOf(importPaths: readonly string[]): string[] {
  if (importPaths.length === 1) return [DEFAULT_NAME];
  const names: string[] = [];
  for (const importPath of importPaths) names.push(freeName(plainName(importPath), names));
  return names;
}

function plainName(importPath: string): string {
  const [, file = "", exportName] = /([^/]*?)(?:\.\w+)?(?:#(.*))?$/.exec(importPath) ?? [];
  return (exportName || file).replaceAll(/[^\w.-]/g, "-");
}

function freeName(name: string, taken: readonly string[]): string {
  let free = name;
  for (let suffix = 1; taken.includes(free); suffix += 1) free = `${name}-${suffix}`;
  return free;
}
