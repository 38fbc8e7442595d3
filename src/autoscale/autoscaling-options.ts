import * as z from "zod/mini";
import { nearest } from "../config/nearest.ts";
import type { AutoscalingPolicy } from "./policy.ts";

/** How the count of a deployment's replicas follows its load. Durations are milliseconds. */
export interface AutoscalingOptions {
  /** 1 by default. With 0 nothing runs while nobody calls: the first call waits for the replica that it starts. */
  readonly minReplicas?: number;
  /** With how many it starts; `minReplicas` by default. */
  readonly initialReplicas?: number;
  /** 100 by default, and where the host has told its cores, no more than these have room for, at one core each. */
  readonly maxReplicas?: number;
  /** Calls, waiting ones included, that each replica should have on average; 2 by default. */
  readonly targetOngoingRequests?: number;
  /** How long more replicas must be wanted all the time before they are started; 3 000 by default. */
  readonly upscaleDelayMs?: number;
  /** How long fewer must be wanted all the time before some are stopped; 60 000 by default. */
  readonly downscaleDelayMs?: number;
  /** The same for the last one; `downscaleDelayMs` by default. */
  readonly downscaleToZeroDelayMs?: number;
  /** Multiplies each step up, 1 by default: over 1 it goes too far on purpose, under 1 it takes several steps. */
  readonly upscalingFactor?: number;
  /** Multiplies each step down, 1 by default. */
  readonly downscalingFactor?: number;
  /** Over how long the load is averaged; 10 000 by default. */
  readonly lookBackMs?: number;
  /** Says how many replicas are wanted, instead of `targetOngoingRequests`. Given in the app module. */
  readonly policy?: AutoscalingPolicy;
  /** The count is what `serve.scale` or the admin API was told last: another program scales. */
  readonly external?: boolean;
}

/** The same with every default filled in. */
export interface ResolvedAutoscaling {
  readonly minReplicas: number;
  readonly initialReplicas: number | undefined;
  readonly maxReplicas: number;
  readonly targetOngoingRequests: number;
  readonly upscaleDelayMs: number;
  readonly downscaleDelayMs: number;
  readonly downscaleToZeroDelayMs: number;
  readonly upscalingFactor: number;
  readonly downscalingFactor: number;
  readonly lookBackMs: number;
  readonly policy: AutoscalingPolicy | undefined;
  readonly external: boolean;
}

export const AUTOSCALING_DEFAULTS = {
  minReplicas: 1,
  maxReplicas: 100,
  targetOngoingRequests: 2,
  upscaleDelayMs: 3_000,
  downscaleDelayMs: 60_000,
  upscalingFactor: 1,
  downscalingFactor: 1,
  lookBackMs: 10_000,
  external: false,
} as const;

const whole = (least: number) => {
  const error = `must be a whole number of at least ${least}`;
  return z.optional(z.int({ error }).check(z.gte(least, { error })));
};
const above = (what: string) => {
  const error = `must be ${what} over 0`;
  return z.optional(z.number({ error }).check(z.positive({ error })));
};
const DELAY = "must be a number of milliseconds, 0 for none";
const delay = z.optional(z.number({ error: DELAY }).check(z.gte(0, { error: DELAY })));

/** The fields of the option `autoscaling`. */
const FIELDS = z.strictObject(
  {
    minReplicas: whole(0),
    initialReplicas: whole(0),
    maxReplicas: whole(1),
    targetOngoingRequests: above("a number"),
    upscaleDelayMs: delay,
    downscaleDelayMs: delay,
    downscaleToZeroDelayMs: delay,
    upscalingFactor: above("a number"),
    downscalingFactor: above("a number"),
    lookBackMs: above("a number of milliseconds"),
    policy: z.optional(
      z.custom((value) => typeof value === "function", {
        error: "must be a function (context) => number, which can only be given in the code",
      }),
    ),
    external: z.optional(z.boolean({ error: "must be true or false" })),
  },
  { error: (issue) => (issue.code === "unrecognized_keys" ? unknown(issue.keys) : NO_OBJECT) },
);

const NO_OBJECT = "must be an object, as in { minReplicas: 1, maxReplicas: 10 }";

function unknown(keys: readonly string[]): string {
  const known = Object.keys(FIELDS.shape);
  const told = keys.map((key) => {
    const near = nearest(key, known);
    return near ? `${key}, did you mean ${near}?` : `${key}; its fields are ${known.join(", ")}`;
  });
  return `has no field ${told.join(" and no ")}`;
}

const RULES = [
  ordered("minReplicas", "maxReplicas"),
  ordered("minReplicas", "initialReplicas"),
  ordered("initialReplicas", "maxReplicas"),
] as const;

/** The option `autoscaling`. */
export const AUTOSCALING = FIELDS.check(
  ...RULES,
  z.refine(({ external, policy }) => !(external && policy), {
    path: ["policy"],
    error: "must not be given with external: another program scales; remove one of them",
  }),
);

/** The same in a configuration, which is data. */
export const AUTOSCALING_CONFIG = z
  .extend(FIELDS, {
    policy: z.optional(z.never({ error: "is a function, which can only be given in the code" })),
  })
  .check(...RULES);

/** @param fitting replicas that the cores of the host are for; Infinity where it has not told them */
export function resolveAutoscaling(
  given: AutoscalingOptions,
  fitting = Number.POSITIVE_INFINITY,
): ResolvedAutoscaling {
  const options = { ...AUTOSCALING_DEFAULTS, ...given };
  const { minReplicas, initialReplicas, policy, downscaleDelayMs } = options;
  const most = Math.min(AUTOSCALING_DEFAULTS.maxReplicas, Math.floor(fitting));
  return {
    ...options,
    initialReplicas,
    policy,
    maxReplicas: given.maxReplicas ?? Math.max(1, minReplicas, initialReplicas ?? 0, most),
    downscaleToZeroDelayMs: given.downscaleToZeroDelayMs ?? downscaleDelayMs,
  };
}

/** With how many replicas a deployment starts. */
export function initialCount({
  numReplicas,
  autoscaling = {},
}: {
  readonly numReplicas: number | "auto";
  readonly autoscaling: AutoscalingOptions | undefined;
}): number {
  if (numReplicas !== "auto") return numReplicas;
  const { minReplicas, initialReplicas } = resolveAutoscaling(autoscaling);
  return initialReplicas ?? minReplicas;
}

type Count = "minReplicas" | "initialReplicas" | "maxReplicas";

function ordered(less: Count, more: Count) {
  return z.refine<{ readonly [count in Count]?: number | undefined }>(
    (given) => {
      const { [less]: one, [more]: other } = { minReplicas: 1, ...given };
      return one === undefined || other === undefined || one <= other;
    },
    { path: [more], error: `must be at least ${less}: raise it or lower ${less}` },
  );
}
