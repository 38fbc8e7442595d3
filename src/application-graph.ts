import {
  type Application,
  type ApplicationNode,
  mapApplications,
  nodeOf,
  type SplitNode,
} from "./application.ts";
import { ServeError } from "./errors.ts";
import { changedOptions, type DeploymentOptions, resolveOptions } from "./options.ts";

/** A node under the name that is unique in its application. */
export interface NamedNode extends ApplicationNode {
  readonly name: string;
}

/** A split under the name that is unique in its application. */
export interface NamedSplit {
  readonly name: string;
  readonly arms: readonly NamedArm[];
  readonly shadows: readonly NamedArm[];
}

export interface NamedArm {
  readonly name: string;
  /** The deployment, or another split, as `Reference` names it. */
  readonly to: Reference;
  readonly weight: number;
}

/** What a handle stands for within its application: a deployment by its name, a split as `split:name`. */
export type Reference = string;

/** The deployments and splits of an application. */
export interface ApplicationGraph {
  /** Callees before their callers. */
  readonly nodes: readonly NamedNode[];
  readonly splits: readonly NamedSplit[];
  readonly ingress: Reference;
  referenceOf(application: Application<unknown>): Reference;
}

const SPLIT = "split:";

export function splitReference(name: string): Reference {
  return `${SPLIT}${name}`;
}

/** The name without what tells that it is a split. */
export function nameOf(reference: Reference): string {
  return reference.startsWith(SPLIT) ? reference.slice(SPLIT.length) : reference;
}

/** Does a key, `application/reference`, stand for a split? */
export function isSplitKey(key: string): boolean {
  return key.startsWith(SPLIT, key.indexOf("/") + 1);
}

/**
 * Flattens an application. The order is the same wherever the module is evaluated, so a name found by the
 * host means the same deployment in a replica. A second deployment of one name becomes `Name_1`, as in Ray Serve.
 */
export function applicationGraph(root: Application<unknown>): ApplicationGraph {
  const references = new Map<ApplicationNode | SplitNode, Reference>();
  const nodes: NamedNode[] = [];
  const splits: NamedSplit[] = [];
  const taken = new Set<string>();
  const visit = (application: Application<unknown>): Reference => {
    const node = nodeOf(application);
    const known = references.get(node);
    if (known !== undefined) return known;
    const reference = "arms" in node ? visitSplit(node) : visitDeployment(node);
    references.set(node, reference);
    return reference;
  };
  const name = (wanted: string) => {
    const free = freeName(wanted, taken);
    taken.add(free);
    return free;
  };
  const visitDeployment = (node: ApplicationNode): Reference => {
    mapApplications(node.args, visit);
    const named = { ...node, name: name(node.options.name) };
    nodes.push(named);
    return named.name;
  };
  const visitSplit = (node: SplitNode): Reference => {
    const arms = (given: SplitNode["arms"]) =>
      given.map(({ name: arm, application, weight }) => ({
        name: arm,
        to: visit(application),
        weight,
      }));
    const [taking, shadows] = [arms(node.arms), arms(node.shadows)];
    const named = { name: name(node.name), arms: taking, shadows };
    splits.push(named);
    return splitReference(named.name);
  };
  const ingress = visit(root);
  const referenceOf = (application: Application<unknown>) => {
    const node = nodeOf(application);
    return references.get(node) ?? ("arms" in node ? node.name : node.options.name);
  };
  return { nodes, splits, ingress, referenceOf };
}

/**
 * The graph with options of some deployments changed.
 *
 * @throws ServeError `INVALID_OPTION` for an unknown name or a bad option
 */
export function withOptions(
  graph: ApplicationGraph,
  changes: Readonly<Record<string, DeploymentOptions>>,
): ApplicationGraph {
  const names = graph.nodes.map(({ name }) => name);
  const unknown = Object.keys(changes).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new ServeError(
      "INVALID_OPTION",
      `the application has no deployment ${unknown.join(", ")}; it has ${names.join(", ")}`,
    );
  }
  const nodes = graph.nodes.map((node) => {
    const change = changes[node.name];
    return change
      ? { ...node, options: resolveOptions(node.name, changedOptions(node.options, change)) }
      : node;
  });
  return { ...graph, nodes };
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let suffix = 1;
  while (taken.has(`${name}_${suffix}`)) suffix += 1;
  return `${name}_${suffix}`;
}
