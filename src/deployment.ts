import { type Application, createApplication } from "./application.ts";
import { ServeError } from "./errors.ts";
import type { HandleBrand } from "./handle.ts";
import {
  changedOptions,
  type DeploymentOptions,
  type ResolvedOptions,
  resolveOptions,
} from "./options.ts";
import { isClass, type Served, type Target, targetName } from "./target.ts";

/** A parameter of type `Handle<X>` is bound to an `Application<X>`, also inside arrays and plain objects. */
export type BindArgument<P> =
  P extends HandleBrand<infer X>
    ? Application<X>
    : P extends readonly HandleBrand<unknown>[]
      ? { readonly [K in keyof P]: BindArgument<P[K]> }
      : P extends Readonly<Record<string, HandleBrand<unknown>>>
        ? { readonly [K in keyof P]: BindArgument<P[K]> }
        : P;

export type BindArguments<T> = T extends abstract new (
  ...args: infer A
) => unknown
  ? { [K in keyof A]: BindArgument<A[K]> }
  : [];

/** A target with options; frozen. */
export interface Deployment<T extends Target> {
  readonly target: T;
  readonly resolved: ResolvedOptions;
  /** A new deployment of the same target with some options changed. */
  options(patch: DeploymentOptions): Deployment<T>;
  /** Binds constructor arguments. They are evaluated again in each replica that imports the module. */
  bind(...args: BindArguments<T>): Application<Served<T>>;
}

/**
 * Makes a class, a function or an object with `fetch` deployable.
 *
 * @throws ServeError `INVALID_OPTION` naming each bad option
 */
export function deployment<const T extends Target>(
  target: T,
  options: DeploymentOptions = {},
): Deployment<T> {
  const name = options?.name ?? targetName(target);
  if (name === undefined) {
    throw new ServeError(
      "INVALID_OPTION",
      'deployment(…): the target has no name of its own; give one: deployment(target, { name: "Api" })',
    );
  }
  const resolved = resolveOptions(name, options);
  if (resolved.userConfig !== undefined && !isClass(target)) {
    throw new ServeError(
      "INVALID_OPTION",
      `deployment(${name}): option userConfig needs a class with a reconfigure method`,
    );
  }
  return Object.freeze({
    target,
    resolved,
    options: (patch: DeploymentOptions) => deployment(target, changedOptions(options, patch)),
    bind: (...args: BindArguments<T>) =>
      createApplication<Served<T>>({ target, options: resolved, args }),
  });
}
