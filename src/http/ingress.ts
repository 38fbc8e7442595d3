import { type Caller, newRequestId } from "../caller.ts";
import { HTTP_DEFAULTS } from "../config/http-options.ts";
import { ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import { IngressLog } from "../telemetry/access-log.ts";
import { consoleSink } from "../telemetry/console-sink.ts";
import { HostLog } from "../telemetry/host-log.ts";
import { HttpMetrics } from "../telemetry/http-metrics.ts";
import type { Registry } from "../telemetry/registry.ts";
import type { MetricsSnapshot } from "../telemetry/snapshot.ts";
import { httpSpan } from "../telemetry/spans.ts";
import type { Span } from "../telemetry/trace.ts";
import { socketOf } from "../websocket/socket-response.ts";
import { withHeader } from "./answer.ts";
import { failureResponse, problem } from "./failure.ts";
import { createForward, type ForwardOptions, type KnownRequest } from "./forward.ts";
import { headerOf, headersOf } from "./message.ts";
import { ownRoutes } from "./own-routes.ts";
import { pathOf } from "./path.ts";
import { bySpecificity, matchRoute, type Route } from "./route-prefix.ts";
import { ServerTiming } from "./server-timing.ts";
import { traceContextOf } from "./trace-context.ts";
import { UnderWay } from "./under-way.ts";

export type { KnownRequest } from "./forward.ts";

export type IngressOptions = ForwardOptions;

/** Where an ingress counts, and what it shows at `/-/metrics`. */
export interface IngressMetrics {
  readonly registry: Registry;
  snapshot(): Promise<MetricsSnapshot>;
}

/** Answers requests by handing them to applications. */
export interface Ingress {
  /** Sets the applications that are served. */
  route(routes: readonly Route[]): void;
  readonly routes: readonly Route[];
  /** Tells of every later `route`. */
  whenRouted(listener: (routes: readonly Route[]) => void): void;
  /** Bytes that a request body, or a message of a WebSocket, may have. */
  readonly bodyLimitBytes: number;
  /**
   * Never rejects: every failure is an answer. One to a request that carries a socket may carry the messages for it
   * (see `socketOf`): the platform then opens the socket.
   */
  fetch(request: Request, known?: KnownRequest): Promise<Response>;
  /** Resolves once no request that was handed to a deployment waits for its answer. */
  quiet(key: DeploymentKey): Promise<void>;
  /** From now on every request is answered 503. */
  close(): void;
}

/** What a client gets that asked for a WebSocket; no Response can have this status. */
const SWITCHING_PROTOCOLS = 101;

/** Methods that no Request may have. */
const NOT_FETCHABLE = new Set(["CONNECT", "TRACE", "TRACK"]);

/** @param metrics undefined where nothing is counted */
export function createIngress(
  caller: Caller,
  options: IngressOptions = {},
  metrics?: IngressMetrics,
  log = new HostLog(consoleSink("text"), caller.clock),
): Ingress {
  const forward = createForward(caller, options);
  let routes: readonly Route[] = [];
  const underWay = new UnderWay();
  let closed = false;
  const listeners: ((routes: readonly Route[]) => void)[] = [];
  const own = ownRoutes({
    routes: () => routes,
    closed: () => closed,
    metrics: metrics?.snapshot,
  });
  const counters = metrics && new HttpMetrics(metrics.registry, caller.clock);
  const logs = new IngressLog(log, caller.clock);

  const answer = async (
    request: Request,
    known: KnownRequest,
    route: Route | undefined,
    requestId: string,
    arrivedAt: number,
    timing: ServerTiming | undefined,
    span: Span | undefined,
  ): Promise<Response> => {
    if (NOT_FETCHABLE.has(request.method)) {
      throw new ServeError("METHOD_NOT_ALLOWED", `${request.method} is not served here`);
    }
    if (closed) throw new ServeError("UNAVAILABLE", "the server is shutting down");
    if (!route) {
      throw new ServeError("NOT_FOUND", `no application serves ${pathOf(request.url)}`);
    }
    return forward(request, known, route, requestId, arrivedAt, timing, span);
  };

  return {
    bodyLimitBytes: options.bodyLimitBytes ?? HTTP_DEFAULTS.bodyLimitBytes,
    route: (served) => {
      routes = bySpecificity(served);
      for (const listener of listeners) listener(routes);
    },
    get routes() {
      return routes;
    },
    whenRouted: (listener) => {
      listeners.push(listener);
    },
    quiet: (key) => underWay.none(key),
    close: () => {
      closed = true;
    },
    async fetch(request, known = knownOf(request)) {
      const requestId = headerOf(known.headers, "x-request-id") || newRequestId();
      const path = pathOf(request.url);
      if (path.startsWith("/-/")) {
        const found = (await own(request)) ?? problem(404, "NOT_FOUND", `nothing is at ${path}`);
        return withHeader(found, "x-request-id", requestId);
      }
      const route = matchRoute(routes, path);
      if (route) underWay.began(route.key);
      const counter = counters?.of(route);
      const arrivedAt = caller.creationTime();
      const timing = options.serverTiming ? new ServerTiming(caller.clock, arrivedAt) : undefined;
      const routeLog = logs.of(route);
      const span = httpSpan(request, path, route, requestId, () => traceContextOf(known.headers));
      counter?.arrived();
      try {
        const response = await answer(request, known, route, requestId, arrivedAt, timing, span);
        const status = socketOf(response) ? SWITCHING_PROTOCOLS : response.status;
        counter?.answered(arrivedAt, request.method, status, undefined);
        routeLog.answered?.(request, status, path, requestId, arrivedAt);
        return timing?.shownIn(response) ?? response;
      } catch (error) {
        const reason = reasonOf(error);
        const response = withHeader(
          failureResponse(reason, (failure) => routeLog.failed(failure, requestId)),
          "x-request-id",
          requestId,
        );
        counter?.answered(arrivedAt, request.method, response.status, codeOf(reason));
        if (span) endFailed(span, response.status, reason);
        routeLog.answered?.(request, response.status, path, requestId, arrivedAt);
        return timing?.shownIn(response) ?? response;
      } finally {
        if (route) underWay.ended(route.key);
      }
    },
  };
}

/** A failure that is the client's is none of the server's. */
function endFailed(span: Span, status: number, reason: unknown): void {
  span.set({ "http.response.status_code": status });
  if (status >= 500) span.fail(reason);
  span.end();
}

/** What a Request tells of itself, at a price. */
export function knownOf(request: Request): KnownRequest {
  return {
    headers: headersOf(request.headers),
    whenGone: (listener) => {
      const { signal } = request;
      if (signal.aborted) listener(signal.reason);
      else signal.addEventListener("abort", () => listener(signal.reason), { once: true });
    },
  };
}

/** A call that the ingress itself cancelled failed for the reason it gave: a body that grew too large. */
function reasonOf(error: unknown): unknown {
  const cancelled = error instanceof ServeError && error.code === "CANCELLED";
  return cancelled && error.cause instanceof ServeError ? error.cause : error;
}

function codeOf(error: unknown): string {
  return error instanceof ServeError ? error.code : "INTERNAL";
}
