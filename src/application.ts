import { ServeError } from "./errors.ts";
import { type DeploymentOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { isClass, type Target } from "./target.ts";

// A registered symbol: the app module and the host may each have loaded their own copy of isoserve.
const NODE = Symbol.for("isoserve.application");

/** A deployment with its arguments: one node of an application's graph. */
export interface ApplicationNode {
  readonly target: Target;
  readonly options: ResolvedOptions;
  readonly args: readonly unknown[];
}

/** Deployments bound together; the one it stands for is the ingress. `T` is what its handle calls. */
export interface Application<out T> {
  readonly [NODE]: ApplicationNode;
  /** Only in the types: what a handle to this application calls. */
  readonly __serves?: T;
}

/** A node under the name that is unique in its application. */
export interface NamedNode extends ApplicationNode {
  readonly name: string;
}

export function createApplication<T>(node: ApplicationNode): Application<T> {
  return Object.freeze({ [NODE]: Object.freeze(node) });
}

export function isApplication(value: unknown): value is Application<unknown> {
  return typeof value === "object" && value !== null && NODE in value;
}

/** The deployments of an application, callees before their callers, the ingress last. */
export interface ApplicationGraph {
  readonly nodes: readonly NamedNode[];
  readonly ingress: NamedNode;
  nameOf(application: Application<unknown>): string;
}

/**
 * Flattens an application. The order is the same wherever the module is evaluated, so a name found by the
 * host means the same deployment in a replica. A second deployment of one name becomes `Name_1`, as in Ray Serve.
 */
export function applicationGraph(root: Application<unknown>): ApplicationGraph {
  const named = new Map<ApplicationNode, NamedNode>();
  const taken = new Set<string>();
  const visit = (application: Application<unknown>): NamedNode => {
    const node = application[NODE];
    const known = named.get(node);
    if (known) return known;
    mapApplications(node.args, (argument) => visit(argument));
    const made = { ...node, name: freeName(node.options.name, taken) };
    taken.add(made.name);
    named.set(node, made);
    return made;
  };
  const ingress = visit(root);
  return {
    nodes: [...named.values()],
    ingress,
    nameOf: (application) => named.get(application[NODE])?.name ?? application[NODE].options.name,
  };
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
      ? { ...node, options: resolveOptions(node.name, { ...node.options, ...change }) }
      : node;
  });
  const ingress = nodes.find(({ name }) => name === graph.ingress.name) ?? graph.ingress;
  return { nodes, ingress, nameOf: graph.nameOf };
}

/** Replaces each application in a value, looking into arrays and plain objects. */
export function mapApplications(
  value: unknown,
  replace: (application: Application<unknown>) => unknown,
): unknown {
  if (isApplication(value)) return replace(value);
  if (Array.isArray(value)) return value.map((item) => mapApplications(item, replace));
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [key, mapApplications(item, replace)]));
}

/** Constructs what a node serves: the instance of its class, or the function or object itself. */
export function construct(node: ApplicationNode, args: readonly unknown[]): unknown {
  if (!isClass(node.target)) return node.target;
  const Class = node.target as unknown as new (...args: readonly unknown[]) => unknown;
  return new Class(...args);
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let suffix = 1;
  while (taken.has(`${name}_${suffix}`)) suffix += 1;
  return `${name}_${suffix}`;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
