import type { ApplicationGraph, NamedNode } from "../application-graph.ts";
import type { Isolation } from "../options.ts";
import type { ReplicaSource } from "../platform.ts";

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

/** What a deployment is to be: what it was to be before is the way back of an update that fails. */
export interface Aim<Code> {
  readonly target: DeploymentTarget<Code>;
  /** Counts the updates that replace replicas. */
  readonly version: number;
}

/** Would this update replace the replicas? */
export function needsRestart<Code>(
  before: DeploymentTarget<Code>,
  after: DeploymentTarget<Code>,
): boolean {
  return replicaVersion(before) !== replicaVersion(after);
}

/** The version of the code with the options that a replica can't change while it runs, as text that can be kept. */
export function replicaVersion({
  node,
  codeVersion,
  isolation,
}: DeploymentTarget<unknown>): string {
  const { version = codeVersion, resources, runtimeEnv } = node.options;
  return JSON.stringify([version, isolation, resources, runtimeEnv]);
}

/** The same as its replicas are started from. */
export function sourceOf<Code>(target: DeploymentTarget<Code>): ReplicaSource<Code> {
  const { node, referenceOf, code, isolation } = target;
  return { node, referenceOf, code, isolation, version: replicaVersion(target) };
}
