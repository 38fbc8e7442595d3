import * as z from "zod/mini";
import { AUTOSCALING } from "./autoscale/autoscaling-options.ts";
import { ROLLOUT_PLAN } from "./rollout-plan.ts";
import { ROUTER_NAMES, type RouterName } from "./router/router-option.ts";
import { LOGGING } from "./telemetry/logging-schema.ts";

const atLeast = (minimum: number) =>
  z
    .int({ error: `must be a whole number of at least ${minimum}` })
    .check(z.gte(minimum, { error: `must be a whole number of at least ${minimum}` }));
const milliseconds = z
  .number({ error: "must be a number of milliseconds" })
  .check(z.positive({ error: "must be a number of milliseconds over 0" }));
// Later work gives these a meaning; until then an option that does nothing would be a lie.
export const notYet = z.optional(
  z.never({ error: "is not supported by this version of isoserve: remove it" }),
);

/** What deployments and splits may be called. */
export const DEPLOYMENT_NAME = /^[A-Za-z_$][\w$.-]*$/;
const VARIABLE = /^[A-Za-z_]\w*$/;

const amount = z
  .number({ error: "must be a number of at least 0" })
  .check(z.gte(0, { error: "must be a number of at least 0" }));

const BACKPRESSURE = z.strictObject(
  {
    status: z.optional(z.literal([503, 429], { error: "must be 503 or 429" })),
    retryAfterSeconds: z.optional(
      z
        .number({ error: "must be a number of seconds over 0" })
        .check(z.positive({ error: "must be a number of seconds over 0" })),
    ),
  },
  { error: "must be an object with status, retryAfterSeconds" },
);

const RESOURCES = z.strictObject(
  {
    cpus: z.optional(amount),
    gpus: z.optional(amount),
    memoryMb: z.optional(amount),
    custom: z.optional(
      z.record(z.string(), amount, { error: "must be an object of amounts by name" }),
    ),
    threads: notYet,
  },
  { error: "must be an object of amounts: cpus, gpus, memoryMb, custom" },
);

/** The names of routers in a sentence. */
export const NAMED_ROUTERS = ROUTER_NAMES.map((name) => `"${name}"`).join(", ");

/** The one table of options: what each accepts. `options.ts` has what each is when not given. */
export const OPTIONS = z.strictObject(
  {
    name: z.optional(
      z.string({ error: "must be a string" }).check(
        z.regex(DEPLOYMENT_NAME, {
          error: "must start with a letter and hold letters, digits, . _ $ -",
        }),
      ),
    ),
    numReplicas: z.optional(
      z.union([atLeast(1), z.literal("auto")], {
        error: 'must be a whole number of at least 1, or "auto"',
      }),
    ),
    maxOngoingRequests: z.optional(atLeast(1)),
    maxQueuedRequests: z.optional(
      z
        .int({ error: "must be -1 (no bound) or a whole number of at least 0" })
        .check(z.gte(-1, { error: "must be -1 (no bound) or a whole number of at least 0" })),
    ),
    requestTimeoutMs: z.optional(milliseconds),
    backpressure: z.optional(BACKPRESSURE),
    userConfig: z.optional(
      z.custom((value) => z.json().safeParse(value).success, {
        error: "must be JSON: no functions, dates or class instances",
      }),
    ),
    isolation: z.optional(
      z.enum(["inline", "worker"], {
        error: (issue) =>
          issue.input === "process"
            ? 'must be "inline" or "worker"; "process" is not supported by this version of isoserve'
            : 'must be "inline" or "worker"',
      }),
    ),
    runtimeEnv: z.optional(
      z.strictObject(
        {
          env: z.optional(
            z.record(
              z.string().check(z.regex(VARIABLE)),
              z.string({ error: "must be a string, as environment variables are" }),
              {
                error: ({ code }) =>
                  code === "invalid_key"
                    ? "must have a name of letters, digits and _"
                    : "must be an object of strings",
              },
            ),
          ),
          dependencies: notYet,
        },
        { error: "must be an object with env: { NAME: value }" },
      ),
    ),
    initTimeoutMs: z.optional(milliseconds),
    terminateAfterCancelMs: z.optional(milliseconds),
    gracefulShutdownTimeoutMs: z.optional(milliseconds),
    maxConstructorRetries: z.optional(atLeast(1)),
    version: z.optional(z.string({ error: "must be a string" })),
    rollingUpdateFraction: z.optional(
      z
        .number({ error: "must be a number over 0 and up to 1" })
        .check(
          z.positive({ error: "must be a number over 0 and up to 1" }),
          z.lte(1, { error: "must be a number over 0 and up to 1" }),
        ),
    ),
    autoscaling: z.optional(AUTOSCALING),
    resources: z.optional(RESOURCES),
    healthCheckPeriodMs: z.optional(milliseconds),
    healthCheckTimeoutMs: z.optional(milliseconds),
    rollout: z.optional(ROLLOUT_PLAN),
    router: z.optional(
      z.custom(
        (value) => typeof value === "function" || ROUTER_NAMES.includes(value as RouterName),
        { error: `must be ${NAMED_ROUTERS} or a function (call, candidates) => candidates` },
      ),
    ),
    logging: z.optional(LOGGING),
  },
  { error: "must be an object of options" },
);
