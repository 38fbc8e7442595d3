import { ServeError } from "./errors.ts";

// biome-ignore lint/suspicious/noExplicitAny: a constraint, never a value: only `any` accepts every parameter list
export type AnyClass = abstract new (...args: any[]) => unknown;
// biome-ignore lint/suspicious/noExplicitAny: as above
export type AnyFunction = (...args: any[]) => unknown;
/** An itty-router or Hono app, or anything else that answers requests. */
export interface Fetcher {
  fetch(request: Request): Response | Promise<Response>;
}
/** What can be deployed. */
export type Target = AnyClass | AnyFunction | Fetcher;

/** What a handle to a deployment of `T` calls: the instance of a class, else the target itself. */
export type Served<T> = T extends abstract new (
  ...args: never[]
) => infer Instance
  ? Instance
  : T extends AnyFunction
    ? T
    : Fetcher;

export function isClass(target: Target): target is AnyClass {
  return typeof target === "function" && /^class\b/.test(Function.prototype.toString.call(target));
}

/** Has a class's instance this method? Fields are not seen. */
export function hasHook(target: Target, hook: string): boolean {
  return isClass(target) && hook in target.prototype;
}

/**
 * The target's own name; undefined where it has none.
 *
 * @throws ServeError `INVALID_OPTION` when it is nothing that can be deployed
 */
export function targetName(target: Target): string | undefined {
  if (typeof target === "function") return target.name || undefined;
  if (target !== null && typeof target === "object" && typeof target.fetch === "function") {
    return undefined;
  }
  throw new ServeError(
    "INVALID_OPTION",
    `deployment(${String(target)}): the target must be a class, a function or an object with fetch`,
  );
}
