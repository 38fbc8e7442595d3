import type { ResolvedOptions } from "./options.ts";
import { isClass, type Target } from "./target.ts";

// A registered symbol: the app module and the host may each have loaded their own copy of isoserve.
const NODE = Symbol.for("isoserve.application");

/** A deployment with its arguments: one node of an application's graph. */
export interface ApplicationNode {
  readonly target: Target;
  readonly options: ResolvedOptions;
  readonly args: readonly unknown[];
}

/** A split: it runs nothing itself, its arms do. */
export interface SplitNode {
  readonly name: string;
  readonly arms: readonly SplitArm[];
  readonly shadows: readonly SplitArm[];
}

export interface SplitArm {
  readonly name: string;
  readonly application: Application<unknown>;
  /** Share of the calls, 0 to 1; for a shadow the share that it gets a copy of. */
  readonly weight: number;
}

/** Deployments bound together; the one it stands for is the ingress. `T` is what its handle calls. */
export interface Application<out T> {
  readonly [NODE]: ApplicationNode | SplitNode;
  /** Only in the types: what a handle to this application calls. */
  readonly __serves?: T;
}

export function createApplication<T>(node: ApplicationNode | SplitNode): Application<T> {
  return Object.freeze({ [NODE]: Object.freeze(node) });
}

export function isApplication(value: unknown): value is Application<unknown> {
  return typeof value === "object" && value !== null && NODE in value;
}

export function nodeOf(application: Application<unknown>): ApplicationNode | SplitNode {
  return application[NODE];
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

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
