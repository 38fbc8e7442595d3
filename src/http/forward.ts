import type { Caller } from "../caller.ts";
import { Cancellation } from "../cancellation.ts";
import { unlessCancelled } from "../cancelled.ts";
import { HTTP_DEFAULTS } from "../config/http-options.ts";
import { watchDeadline } from "../deadline.ts";
import type { DeploymentKey } from "../handle.ts";
import type { TracePlace } from "../origin.ts";
import { packRequest, packUpgrade } from "../replica/parcel.ts";
import type { Affinity } from "../router/affinity.ts";
import { endWith } from "../telemetry/spans.ts";
import type { Span } from "../telemetry/trace.ts";
import { offerOf } from "../websocket/offer.ts";
import { withoutBody } from "./answer.ts";
import { hasBody, readBody } from "./body.ts";
import type { HeaderList } from "./message.ts";
import { stripPrefix } from "./path.ts";
import { checkTimeout, timeoutOf } from "./request-timeout.ts";
import type { Route } from "./route-prefix.ts";
import type { ServerTiming } from "./server-timing.ts";
import { traceContextOf } from "./trace-context.ts";

export interface ForwardOptions {
  /** Bytes a request body may have; over it 413. 64 MiB by default. */
  bodyLimitBytes?: number;
  /** Milliseconds from a request's arrival to the end of its answer, after which it is cancelled; none by default. */
  requestTimeoutMs?: number;
  /**
   * Answers say in `Server-Timing` what their time went to: waiting for a replica, computing, all of it. Off by
   * default: it tells clients what they may have no business to know.
   */
  serverTiming?: boolean;
}

/** What a server knows of a request without asking its Request, where each question costs microseconds. */
export interface KnownRequest {
  readonly headers: HeaderList;
  /** Tells when the client has gone before its answer was complete. */
  whenGone(listener: (reason: unknown) => void): void;
}

/**
 * Hands a request to the application that a route leads to.
 *
 * @param arrivedAt `Caller.creationTime` of when it came: its age in every queue
 * @param span ended when the answer is complete, unless this throws
 * @param timing told what the answer's time went to; undefined where nobody wants to know
 * @throws whatever the call fails with
 */
export type Forward = (
  request: Request,
  known: KnownRequest,
  route: Route,
  requestId: string,
  arrivedAt: number,
  timing: ServerTiming | undefined,
  span: Span | undefined,
) => Promise<Response>;

export function createForward(caller: Caller, options: ForwardOptions): Forward {
  const { bodyLimitBytes = HTTP_DEFAULTS.bodyLimitBytes, requestTimeoutMs } = options;
  checkTimeout(requestTimeoutMs);

  const limit = (cancellation: Cancellation, headers: HeaderList, key: DeploymentKey) => {
    const timeoutMs = timeoutOf(headers, requestTimeoutMs);
    if (timeoutMs === undefined) return;
    cancellation.limit(caller.clock.now() + timeoutMs);
    watchDeadline(cancellation, caller.clock, key);
  };

  const bodyOf = (request: Request, cancellation: Cancellation, key: DeploymentKey) => {
    const tooLarge = (error: unknown) => cancellation.cancel(error);
    return unlessCancelled(key, cancellation, readBody(request, bodyLimitBytes, tooLarge));
  };

  return async (request, known, { key, prefix }, requestId, arrivedAt, timing, span) => {
    const cancellation = new Cancellation();
    known.whenGone((reason) => cancellation.cancel(reason));
    try {
      limit(cancellation, known.headers, key);
      const body = hasBody(request) ? await bodyOf(request, cancellation, key) : null;
      const { method } = request;
      const offer = offerOf(request);
      const url = stripPrefix(request.url, prefix);
      const place = span?.place ?? traceContextOf(known.headers);
      const { traceparent, tracestate } = place;
      const headers = forwardedHeaders(known.headers, prefix, requestId, place, span !== undefined);
      const call = {
        method: "fetch",
        args: [offer ? packUpgrade(url, headers, offer) : packRequest(method, url, headers, body)],
        requestId,
        priority: 0,
        createdAt: arrivedAt,
        origin: { route: prefix, traceparent, tracestate },
        http: true,
        timed: timing !== undefined,
        queued: timing?.queued,
        affinity: affinityOf(known.headers),
      };
      const response = (await caller.router(key).call(call, cancellation)) as Response;
      if (span) {
        span.set({ "http.response.status_code": response.status });
        endWith(cancellation, span);
      }
      return method === "HEAD" ? withoutBody(response) : response;
    } catch (error) {
      cancellation.end(error);
      throw error;
    }
  };
}

const NONE: Affinity = {};

const AFFINITY_HEADERS = new Map<string, keyof Affinity>([
  ["x-serve-shard-key", "shardKey"],
  ["x-session-id", "sessionId"],
  ["x-model-id", "modelId"],
]);

/** What the client says of where its request belongs. */
function affinityOf(headers: HeaderList): Affinity {
  let found: { -readonly [Key in keyof Affinity]: Affinity[Key] } | undefined;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string;
    // Most headers are something else: one look at the name tells.
    const key = name.startsWith("x-") ? AFFINITY_HEADERS.get(name) : undefined;
    const value = headers[at + 1];
    // An empty one names nothing.
    if (key === undefined || !value) continue;
    found ??= {};
    found[key] ??= value;
  }
  return found ?? NONE;
}

/** The client's headers with what the application should know besides. */
function forwardedHeaders(
  headers: HeaderList,
  prefix: string,
  requestId: string,
  { traceparent, tracestate }: TracePlace,
  spanned: boolean,
): HeaderList {
  const kept = traceparent !== undefined && !spanned;
  const forwarded: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string;
    if (name === "x-request-id" || name === "x-forwarded-prefix") continue;
    // No trace that the calls it makes would not have.
    if (!kept && (name === "traceparent" || name === "tracestate")) continue;
    forwarded.push(name, headers[at + 1] as string);
  }
  if (spanned && traceparent !== undefined) {
    forwarded.push("traceparent", traceparent);
    if (tracestate !== undefined) forwarded.push("tracestate", tracestate);
  }
  forwarded.push("x-request-id", requestId);
  if (prefix !== "/") forwarded.push("x-forwarded-prefix", prefix);
  return forwarded;
}
