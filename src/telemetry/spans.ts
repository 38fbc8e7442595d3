import type { Cancellation } from "../cancellation.ts";
import { ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import type { Origin, TracePlace } from "../origin.ts";
import { calleeOf } from "./router-metrics.ts";
import { type Span, tracer } from "./trace.ts";

/** A request to the server, until its answer is complete. */
export function httpSpan(
  { method, url }: Pick<Request, "method" | "url">,
  path: string,
  route: { readonly prefix: string; readonly key: DeploymentKey } | undefined,
  requestId: string,
  parent: () => TracePlace,
): Span | undefined {
  const tracing = tracer();
  return tracing?.begin({
    name: route ? `${method} ${route.prefix}` : method,
    kind: "server",
    parent: tracing.active() ?? parent(),
    attributes: {
      "http.request.method": method,
      "url.path": path,
      "url.scheme": url.slice(0, url.indexOf(":")),
      "http.route": route?.prefix,
      ...(route && attributesOf(route.key)),
      "isoserve.request_id": requestId,
    },
    links: NONE,
  });
}

/** A call to a deployment as its caller sees it, until its stream has ended. */
export function callSpan(
  key: DeploymentKey,
  method: string,
  requestId: string,
  maker: TracePlace | undefined,
): Span | undefined {
  const tracing = tracer();
  return tracing?.begin({
    name: spanName(key, method),
    kind: "client",
    parent: tracing.active() ?? maker,
    attributes: {
      ...rpcOf(key, method),
      ...attributesOf(key),
      "isoserve.request_id": requestId,
    },
    links: NONE,
  });
}

/** The wait of a call for a replica. */
export function queueSpan(key: DeploymentKey, origin: TracePlace | undefined): Span | undefined {
  return tracer()?.begin({
    name: `queue ${calleeOf(key)[1]}`,
    kind: "internal",
    parent: origin,
    attributes: attributesOf(key),
    links: NONE,
  });
}

/** The run of a call in its replica, until its stream has ended. */
export function codeSpan(
  { application, deployment, replicaId }: SpanReplica,
  method: string,
  requestId: string,
  origin: TracePlace | undefined,
): Span | undefined {
  const tracing = tracer();
  if (!tracing) return undefined;
  const key = `${application}/${deployment}`;
  return tracing.begin({
    name: spanName(key, method),
    kind: "server",
    parent: origin,
    attributes: {
      ...rpcOf(key, method),
      ...attributesOf(key),
      "isoserve.replica": replicaId,
      "isoserve.request_id": requestId,
    },
    links: NONE,
  });
}

/**
 * The run of a batch: below the first of its calls, and linked to all of them.
 *
 * @param where whose batch it is: `application/deployment.method`
 */
export function batchSpan(
  { application, deployment, replicaId }: SpanReplica,
  where: string,
  calls: readonly (TracePlace | undefined)[],
): Span | undefined {
  const tracing = tracer();
  if (!tracing) return undefined;
  return tracing.begin({
    name: `batch ${calleeOf(where)[1]}`,
    kind: "internal",
    parent: calls[0],
    attributes: {
      ...attributesOf(`${application}/${deployment}`),
      "isoserve.replica": replicaId,
      "isoserve.batch.size": calls.length,
    },
    links: calls.filter((call) => call !== undefined),
  });
}

interface SpanReplica {
  readonly application: string;
  readonly deployment: string;
  readonly replicaId: string;
}

/** The origin of what is made below a span. */
export function below(span: Span | undefined, origin: Origin | undefined): Origin | undefined {
  return span ? { route: origin?.route, ...span.place } : origin;
}

/** Ends a span when its call is over, with what it failed with or was cancelled for. */
export function endWith(cancellation: Cancellation, span: Span): void {
  cancellation.whenOver((failure) => {
    if (failure !== undefined) span.fail(failure);
    span.end();
  });
}

/** What `error.type` says of an error: a code where there is one, for there are few of them. */
export function errorType(error: unknown): string {
  if (error instanceof ServeError) return error.code;
  return error instanceof Error ? error.name : typeof error;
}

const NONE: readonly TracePlace[] = [];

function spanName(key: DeploymentKey, method: string): string {
  return `${calleeOf(key)[1]}.${method}`;
}

function rpcOf(key: DeploymentKey, method: string) {
  return { "rpc.system": "isoserve", "rpc.service": key, "rpc.method": method };
}

function attributesOf(key: DeploymentKey) {
  const [application, deployment] = calleeOf(key);
  return { "isoserve.application": application, "isoserve.deployment": deployment };
}
