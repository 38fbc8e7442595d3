import { type CallContext, RunningCall } from "./context.ts";
import { ServeError } from "./errors.ts";
import type { DeploymentResponse } from "./response.ts";

declare const serves: unique symbol;

/** What the types know a handle by. */
export interface HandleBrand<out T> {
  readonly [serves]: T;
}

/** Options of the calls made through a handle. */
export interface HandleOptions {
  /** Cancels every call made through this handle when it aborts. */
  signal?: AbortSignal;
  /**
   * Milliseconds after which a call is cancelled and rejects with `TIMEOUT`: from when it is made to the end of its
   * stream. The earliest of all deadlines counts: also that of the call that makes it.
   */
  timeoutMs?: number;
  /** Of the calls that wait those of higher priority go first; 0, or that of the call that makes them. */
  priority?: number;
  /**
   * The call that makes those of this handle, by the `context()` that was read in it before its first `await`: for
   * browsers, which can't tell later.
   */
  context?: CallContext;
  /** Calls of one key take the same arm of a split, as long as its weights stay. */
  shardKey?: string;
  /** Calls of one session go to the same replica, as long as it is there and not overloaded. */
  sessionId?: string;
  /** Goes to a replica that holds this model: see `multiplexed`. Calls that the call makes name none of themselves. */
  modelId?: string;
}

/** Methods that belong to the life of a replica: nobody may call them. */
export const LIFECYCLE_HOOKS = [
  "constructor",
  "init",
  "reconfigure",
  "checkHealth",
  "autoscalingStats",
] as const;
/** Names that mean something on a handle itself. */
type Reserved = (typeof LIFECYCLE_HOOKS)[number] | "options" | "then";

type CallArguments<A extends readonly unknown[]> = {
  [K in keyof A]: A[K] | DeploymentResponse<A[K], unknown>;
};
type Returned<R> = Awaited<R> extends Iteration<infer Y> ? AsyncIterable<Y> : Awaited<R>;
type Yielded<R> = Awaited<R> extends Iteration<infer Y> ? Y : never;
type Iteration<Y> = AsyncGenerator<Y, unknown, never> | Generator<Y, unknown, never>;

type Method<F> = F extends (...args: infer A) => infer R
  ? (...args: CallArguments<A>) => DeploymentResponse<Returned<R>, Yielded<R>>
  : never;
type MethodNames<T> = {
  [K in keyof T]: K extends string
    ? T[K] extends (...args: never[]) => unknown
      ? K extends Reserved
        ? never
        : K
      : never
    : never;
}[keyof T];

/**
 * A typed client of a deployment: its public methods, each answering with a `DeploymentResponse`; the handle of
 * a function deployment is callable itself. Arguments and results behave as structured clones; a call reads its
 * arguments when it is sent, so leave them unchanged until it settles.
 */
export type Handle<T> = HandleBrand<T> & {
  /** A new handle to the same deployment with other call options. */
  options(options: HandleOptions): Handle<T>;
} & (T extends (...args: never[]) => unknown
    ? Method<T>
    : { readonly [K in MethodNames<T>]: Method<T[K]> });

/** Names a deployment anywhere: `application/deployment`. */
export type DeploymentKey = string;

/** The method name under which a function deployment is called. */
export const CALL = "()";

/** Makes one call; what a handle is made of. */
export type Invoke = (
  key: DeploymentKey,
  method: string,
  args: readonly unknown[],
  options: HandleOptions,
) => DeploymentResponse<unknown, unknown>;

const keys = new WeakMap<object, DeploymentKey>();

/** The deployment a handle stands for; undefined for anything that is no handle. */
export function handleKey(value: unknown): DeploymentKey | undefined {
  return typeof value === "function" ? keys.get(value) : undefined;
}

export function createHandle(
  key: DeploymentKey,
  invoke: Invoke,
  options: HandleOptions = {},
): Handle<unknown> {
  const methods = new Map<string, unknown>();
  const call = (...args: unknown[]) => invoke(key, CALL, args, options);
  const handle = new Proxy(call, {
    get(_target, name) {
      if (name === Symbol.toPrimitive) return () => `Handle(${key})`;
      // A handle with `then` would be taken for a promise by `await`.
      if (typeof name !== "string" || name === "then") return undefined;
      let method = methods.get(name);
      if (!method) {
        method =
          name === "options"
            ? (patch: HandleOptions) =>
                createHandle(key, invoke, checked(key, { ...options, ...patch }))
            : (...args: unknown[]) => invoke(key, name, args, options);
        methods.set(name, method);
      }
      return method;
    },
    has: (_target, name) => typeof name === "string" && name !== "then",
    set: () => false,
    getPrototypeOf: () => null,
  }) as unknown as Handle<unknown>;
  keys.set(handle, key);
  return handle;
}

const LATER = ["headers"];

function checked(key: DeploymentKey, options: HandleOptions): HandleOptions {
  for (const [name, value] of Object.entries(options)) {
    const problem = value === undefined ? undefined : problemOf(name, value);
    if (problem)
      throw new ServeError("INVALID_OPTION", `handle(${key}).options: ${name} ${problem}`);
  }
  return options;
}

function problemOf(name: string, value: unknown): string | undefined {
  switch (name) {
    case "signal":
      return undefined;
    case "context":
      return value instanceof RunningCall ? undefined : "must be what context() returned";
    case "timeoutMs":
      return isNumber(value) && value > 0
        ? undefined
        : `must be a number of milliseconds over 0, got ${String(value)}`;
    case "sessionId":
    case "modelId":
      return typeof value === "string" && value !== ""
        ? undefined
        : `must be a string that is not empty, got ${JSON.stringify(value)}`;
    case "shardKey":
      return typeof value === "string" ? undefined : `must be a string, got ${String(value)}`;
    case "priority":
      return isNumber(value) ? undefined : `must be a number, got ${String(value)}`;
    default:
      return LATER.includes(name)
        ? "is not supported by this version of isoserve; remove it"
        : "is unknown; remove it";
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
