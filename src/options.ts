import type * as z from "zod/mini";
import type { AutoscalingOptions } from "./autoscale/autoscaling-options.ts";
import { nearest } from "./config/nearest.ts";
import { ServeError } from "./errors.ts";
import { notYet, OPTIONS } from "./options-table.ts";
import type { RolloutPlan } from "./rollout-plan.ts";
import type { RouterOption } from "./router/router-option.ts";
import type { LoggingOptions } from "./telemetry/logging.ts";

/** Where a replica runs: in the caller's own thread, in a worker, or in a process. */
export type Isolation = "inline" | "worker";

/** What the surroundings of a replica have besides those of its host. */
export interface RuntimeEnv {
  /** In `process.env` of the replica's thread, over what the host has there. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What a replica needs of its host, or a host has: amounts, fractions allowed. */
export interface ResourceNeeds {
  readonly cpus?: number;
  readonly gpus?: number;
  readonly memoryMb?: number;
  /** Any other resource that the host was told it has, by name. */
  readonly custom?: Readonly<Record<string, number>>;
}

/** The HTTP answer to a call that is refused because too many wait. */
export interface Backpressure {
  readonly status?: 503 | 429;
  /** For the header `Retry-After`, rounded up. */
  readonly retryAfterSeconds?: number;
}

/** Options of a deployment. Durations are milliseconds. */
export interface DeploymentOptions {
  /** Unique in its application; the class or function name by default. */
  name?: string;
  /** Running copies, 1 by default; `"auto"` is `autoscaling` with its defaults. */
  numReplicas?: number | "auto";
  /** How their count follows the load, instead of a number. */
  autoscaling?: AutoscalingOptions;
  /** Calls that one replica runs at once, over all its callers; 16 by default. */
  maxOngoingRequests?: number;
  /** Calls that may wait for a replica, for each caller; -1, the default, sets no bound. */
  maxQueuedRequests?: number;
  /**
   * How each caller chooses the replica of a call, `powerOfTwo` by default. A function must be given in the app module,
   * where callers find it.
   */
  router?: RouterOption;
  /** Budget of a call from when it is sent to the end of its stream, queueing included; none by default. */
  requestTimeoutMs?: number;
  /** What callers over HTTP are told when `maxQueuedRequests` wait already: 503 and 1 second by default. */
  backpressure?: Backpressure;
  /** JSON handed to the class's `reconfigure` before its first call, and again whenever it changes. */
  userConfig?: unknown;
  /** When `serve.run` updates an application, a deployment of the same version keeps its replicas. */
  version?: string;
  /** Part of the replicas that an update replaces at a time, over 0 and up to 1; 0.2 by default, one at least. */
  rollingUpdateFraction?: number;
  /**
   * Has an update move traffic to the new version step by step, and back when too many of its calls fail or take too
   * long, instead of replacing replicas as fast as they start.
   */
  rollout?: RolloutPlan;
  /** By default `worker` where `serve.run` was given a `module`, else `inline`. */
  isolation?: Isolation;
  /** What each replica reserves of its host; it starts once that is free. Nothing by default. */
  resources?: ResourceNeeds;
  /** Environment variables of its worker threads, on Node. */
  runtimeEnv?: RuntimeEnv;
  /** Budget for importing the module, construction, `init` and `reconfigure`; 60 000 by default. */
  initTimeoutMs?: number;
  /** Time between the health checks of a replica, ±10 %; 10 000 by default. */
  healthCheckPeriodMs?: number;
  /** After this long a `checkHealth` that has not ended counts as failed; 30 000 by default. */
  healthCheckTimeoutMs?: number;
  /**
   * Ends a replica, with all calls it runs, that still runs a call so long after that was cancelled or late; never, by
   * default. Workers only.
   */
  terminateAfterCancelMs?: number;
  /** How long running calls may take to end when a replica leaves; 20 000 by default. */
  gracefulShutdownTimeoutMs?: number;
  /** Failed starts in a row after which a deployment that never started gives up; 20 by default, and at most three a replica. */
  maxConstructorRetries?: number;
  /** What its replicas log, and how; what is not said here its application says, then the server. */
  logging?: LoggingOptions;
}

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly name: string;
  readonly numReplicas: number | "auto";
  readonly autoscaling: AutoscalingOptions | undefined;
  readonly maxOngoingRequests: number;
  readonly maxQueuedRequests: number;
  readonly backpressure: Backpressure;
  readonly requestTimeoutMs: number | undefined;
  readonly router: RouterOption;
  readonly userConfig: unknown;
  readonly version: string | undefined;
  readonly rollingUpdateFraction: number;
  readonly rollout: RolloutPlan | undefined;
  readonly isolation: Isolation | undefined;
  readonly resources: ResourceNeeds;
  readonly runtimeEnv: RuntimeEnv | undefined;
  readonly initTimeoutMs: number;
  readonly healthCheckPeriodMs: number;
  readonly healthCheckTimeoutMs: number;
  readonly terminateAfterCancelMs: number | undefined;
  readonly gracefulShutdownTimeoutMs: number;
  readonly maxConstructorRetries: number;
  readonly logging: LoggingOptions | undefined;
}

const DEFAULTS = {
  numReplicas: 1,
  autoscaling: undefined,
  maxOngoingRequests: 16,
  maxQueuedRequests: -1,
  backpressure: {},
  requestTimeoutMs: undefined,
  router: "powerOfTwo",
  userConfig: undefined,
  version: undefined,
  rollingUpdateFraction: 0.2,
  rollout: undefined,
  isolation: undefined,
  runtimeEnv: undefined,
  resources: {},
  initTimeoutMs: 60_000,
  healthCheckPeriodMs: 10_000,
  healthCheckTimeoutMs: 30_000,
  terminateAfterCancelMs: undefined,
  gracefulShutdownTimeoutMs: 20_000,
  maxConstructorRetries: 20,
  logging: undefined,
} as const;

/**
 * Checks options and fills in the defaults.
 *
 * @param name the deployment's own name, which `options.name` overrides
 * @throws ServeError `INVALID_OPTION` naming every bad field
 */
export function resolveOptions(
  name: string,
  options: DeploymentOptions | ResolvedOptions,
): ResolvedOptions {
  // Spread, a null or an array would look like no options.
  const given = isRecord(options) ? withoutUndefined({ name, ...options }) : options;
  const parsed = OPTIONS.safeParse(given);
  if (parsed.success)
    return Object.freeze({ ...DEFAULTS, ...given, ...scaling(name, given), name });
  const problems = parsed.error.issues.map((issue) => explain(issue, given));
  throw new ServeError("INVALID_OPTION", `deployment(${name}): ${problems.join("; ")}`);
}

/**
 * Options with others over them. A number of replicas ends autoscaling, and autoscaling ends a number; of the option
 * `autoscaling` only the fields that are given change.
 */
export function changedOptions(
  before: DeploymentOptions | ResolvedOptions,
  change: DeploymentOptions,
): DeploymentOptions {
  const { autoscaling } = change;
  if (autoscaling === undefined) {
    const ends = typeof change.numReplicas === "number" && before.autoscaling !== undefined;
    return { ...before, ...(ends && { autoscaling: undefined }), ...change } as DeploymentOptions;
  }
  const { numReplicas } = before;
  const counted = typeof numReplicas === "number" ? undefined : numReplicas;
  const fields = isRecord(autoscaling) ? { ...before.autoscaling, ...autoscaling } : autoscaling;
  return { ...before, numReplicas: counted, ...change, autoscaling: fields } as DeploymentOptions;
}

function scaling(
  name: string,
  { numReplicas, autoscaling }: Pick<Partial<ResolvedOptions>, "numReplicas" | "autoscaling">,
) {
  if (autoscaling === undefined) {
    return numReplicas === "auto" ? { numReplicas, autoscaling: {} } : {};
  }
  if (typeof numReplicas !== "number") return { numReplicas: "auto" as const };
  throw new ServeError(
    "INVALID_OPTION",
    `deployment(${name}): option numReplicas must be "auto" or left out where autoscaling is given, got ${numReplicas}; autoscaling.minReplicas and maxReplicas bound the count`,
  );
}

type Issue = z.core.$ZodIssue;

function explain(issue: Issue, given: unknown): string {
  if (issue.code === "unrecognized_keys" && issue.path.length === 0) {
    const known = Object.keys(OPTIONS.shape).filter(
      (key) => (OPTIONS.shape as Record<string, unknown>)[key] !== notYet,
    );
    return issue.keys.map((key) => unknownKey(key, known)).join("; ");
  }
  if (issue.path.length === 0) return `options ${issue.message}, got ${show(given)}`;
  return `option ${issue.path.join(".")} ${issue.message}, got ${show(valueAt(given, issue.path))}`;
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  return `unknown option ${key}${near ? `, did you mean ${near}?` : `; options are ${known.join(", ")}`}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      at === null || typeof at !== "object" ? undefined : (at as Record<PropertyKey, unknown>)[key],
    value,
  );
}

function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as T;
}
