import type { ApplicationGraph, NamedNode } from "../application-graph.ts";
import type { Isolation } from "../options.ts";

/** What should run of one deployment. */
export interface DeploymentTarget<Code> {
  readonly application: string;
  readonly node: NamedNode;
  readonly referenceOf: ApplicationGraph["referenceOf"];
  readonly code: Code | undefined;
  readonly isolation: Isolation;
  /** The version of the code, unless the option `version` gives it. */
  readonly codeVersion: string;
}

/** Would this update replace the replicas? */
export function needsRestart<Code>(
  before: DeploymentTarget<Code>,
  after: DeploymentTarget<Code>,
): boolean {
  return versionOf(before) !== versionOf(after) || heavy(before) !== heavy(after);
}

function versionOf({ node, codeVersion }: DeploymentTarget<unknown>): string {
  return node.options.version ?? codeVersion;
}

/** The options that a replica can't change while it runs. */
function heavy({ node, isolation }: DeploymentTarget<unknown>): string {
  const { resources, runtimeEnv } = node.options;
  return JSON.stringify([isolation, resources, runtimeEnv]);
}
