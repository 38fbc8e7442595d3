import * as z from "zod/mini";
import { AUTOSCALING_CONFIG } from "../autoscale/autoscaling-options.ts";
import { ROUTE_PREFIX, ROUTE_PREFIX_RULE } from "../http/route-prefix.ts";
import { NAMED_ROUTERS, notYet, OPTIONS } from "../options-table.ts";
import { ROUTER_NAMES } from "../router/router-option.ts";
import { LOGGING } from "../telemetry/logging-schema.ts";
import { TRAFFIC_PLAN } from "../traffic-plan.ts";

const json = (error: string) =>
  z.custom((value) => value !== undefined && z.json().safeParse(value).success, { error });
const text = (error: string) => z.string({ error }).check(z.minLength(1, { error }));
const pattern = (expression: RegExp, error: string) =>
  z.string({ error }).check(z.regex(expression, { error }));
const between = (minimum: number, maximum: number) => {
  const error = `must be a number from ${minimum} to ${maximum}`;
  return z.number({ error }).check(z.gte(minimum, { error }), z.lte(maximum, { error }));
};
const whole = (minimum: number, maximum: number, error: string) =>
  z.int({ error }).check(z.gte(minimum, { error }), z.lte(maximum, { error }));
const milliseconds = () => {
  const error = "must be a number of milliseconds over 0";
  return z.number({ error }).check(z.positive({ error }));
};

const LOCATION = 'must be "HeadOnly" (listen) or "NoServer" (do not listen)';

const TLS = z.strictObject(
  {
    keyFile: text("must be the path of a PEM file with the private key"),
    certFile: text("must be the path of a PEM file with the certificates"),
    passphraseFile: z.optional(text("must be the path of a file with the key's passphrase")),
    caFile: z.optional(text("must be the path of a PEM file with certificates of authorities")),
  },
  { error: "must be an object with keyFile and certFile" },
);

const HTTP_OPTIONS = z.strictObject(
  {
    host: z.optional(text("must be an address or host name to listen on, such as 127.0.0.1")),
    port: z.optional(whole(0, 65_535, "must be a whole number from 0 (any free port) to 65535")),
    location: z.optional(
      z.enum(["HeadOnly", "NoServer"], {
        error: ({ input }) =>
          input === "EveryNode"
            ? 'must be "HeadOnly": there is one node, so nothing runs on every node'
            : LOCATION,
      }),
    ),
    requestTimeoutMs: z.optional(milliseconds()),
    keepAliveTimeoutMs: z.optional(milliseconds()),
    headersTimeoutMs: z.optional(milliseconds()),
    receiveTimeoutMs: z.optional(milliseconds()),
    bodyLimitBytes: z.optional(
      whole(0, Number.MAX_SAFE_INTEGER, "must be a whole number of bytes, at least 0"),
    ),
    serverTiming: z.optional(z.boolean({ error: "must be true or false" })),
    tls: z.optional(TLS),
  },
  { error: "must be an object of options of the HTTP server" },
);

export const APPLICATION = z.strictObject(
  {
    name: z.optional(pattern(/^[\w.-]+$/, "must be a name of letters, digits, . _ -")),
    routePrefix: z.optional(pattern(ROUTE_PREFIX, ROUTE_PREFIX_RULE)),
    importPath: text("must name a module, such as ./app.ts or ./app.ts#name"),
    args: z.optional(json("must be JSON")),
    autoscalingPolicy: z.optional(text("must name a function, such as ./app.ts#scale")),
    deployments: z.optional(
      z.array(
        z.extend(OPTIONS, {
          name: z.nonoptional(OPTIONS.shape.name, {
            error: "must be a deployment's name in the code",
          }),
          autoscaling: z.optional(AUTOSCALING_CONFIG),
          router: z.optional(
            z.enum(ROUTER_NAMES, {
              error: `must be one of ${NAMED_ROUTERS}; a function can only be given in the code`,
            }),
          ),
        }),
        {
          error: "must be a list of deployments: - name: …",
        },
      ),
    ),
    runtimeEnv: notYet,
    traffic: z.optional(
      z.record(z.string(), TRAFFIC_PLAN, { error: "must be an object of plans by split" }),
    ),
    logging: z.optional(LOGGING),
  },
  { error: "must be an object with importPath" },
);

/** What a configuration file may say, and the body of a PUT to the admin API. */
export const CONFIG = z.strictObject(
  {
    $schema: z.optional(z.string({ error: "must be the address of a JSON Schema" })),
    httpOptions: z.optional(HTTP_OPTIONS),
    targetCapacity: z.optional(between(0, 100)),
    applications: z.array(APPLICATION, {
      error: "must be a list of applications: - importPath: …",
    }),
    logging: z.optional(LOGGING),
  },
  { error: "must be an object with applications" },
);
