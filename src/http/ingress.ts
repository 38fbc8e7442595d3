import { IttyRouter } from "itty-router";
import { type Caller, newRequestId } from "../caller.ts";
import { ServeError } from "../errors.ts";
import { withHeader } from "./answer.ts";
import { failureResponse, problem } from "./failure.ts";
import { createForward, type ForwardOptions, type KnownRequest } from "./forward.ts";
import { headerOf, headersOf } from "./message.ts";
import { pathOf } from "./path.ts";
import { bySpecificity, matchRoute, type Route } from "./route-prefix.ts";

export type { KnownRequest } from "./forward.ts";

export type IngressOptions = ForwardOptions;

/** Answers requests by handing them to applications. */
export interface Ingress {
  /** Sets the applications that are served. */
  route(routes: readonly Route[]): void;
  readonly routes: readonly Route[];
  /** Tells of every later `route`. */
  whenRouted(listener: (routes: readonly Route[]) => void): void;
  /** Never rejects: every failure is an answer. */
  fetch(request: Request, known?: KnownRequest): Promise<Response>;
  /** From now on every request is answered 503. */
  close(): void;
}

/** Methods that no Request may have. */
const NOT_FETCHABLE = new Set(["CONNECT", "TRACE", "TRACK"]);

export function createIngress(caller: Caller, options: IngressOptions = {}): Ingress {
  const forward = createForward(caller, options);
  let routes: readonly Route[] = [];
  let closed = false;
  const listeners: ((routes: readonly Route[]) => void)[] = [];
  const own = ownRoutes(
    () => routes,
    () => closed,
  );

  const answer = async (request: Request, known: KnownRequest, requestId: string) => {
    const path = pathOf(request.url);
    if (path.startsWith("/-/")) {
      const found = (await own(request)) ?? problem(404, "NOT_FOUND", `nothing is at ${path}`);
      return withHeader(found, "x-request-id", requestId);
    }
    if (NOT_FETCHABLE.has(request.method)) {
      throw new ServeError("METHOD_NOT_ALLOWED", `${request.method} is not served here`);
    }
    if (closed) throw new ServeError("UNAVAILABLE", "the server is shutting down");
    const route = matchRoute(routes, path);
    if (!route) throw new ServeError("NOT_FOUND", `no application serves ${path}`);
    return forward(request, known, route, requestId);
  };

  return {
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
    close: () => {
      closed = true;
    },
    async fetch(request, known = knownOf(request)) {
      const requestId = headerOf(known.headers, "x-request-id") || newRequestId();
      try {
        return await answer(request, known, requestId);
      } catch (error) {
        return withHeader(failureResponse(reasonOf(error), requestId), "x-request-id", requestId);
      }
    },
  };
}

/** What a Request tells of itself, at a price. */
function knownOf(request: Request): KnownRequest {
  return {
    headers: headersOf(request.headers),
    whenGone: (listener) => {
      const { signal } = request;
      if (signal.aborted) listener(signal.reason);
      else signal.addEventListener("abort", () => listener(signal.reason), { once: true });
    },
  };
}

/** `/-/healthz` and `/-/routes`. */
function ownRoutes(routes: () => readonly Route[], closed: () => boolean) {
  const notAllowed = () =>
    problem(405, "METHOD_NOT_ALLOWED", "only GET and HEAD are allowed", { allow: "GET, HEAD" });
  const healthz = () => {
    if (closed()) return problem(503, "UNAVAILABLE", "the server is shutting down");
    if (routes().length === 0) return problem(503, "UNAVAILABLE", "no application is deployed yet");
    return new Response("success");
  };
  const list = () =>
    Response.json(
      Object.fromEntries(routes().map(({ prefix, application }) => [prefix, application])),
    );
  const router = IttyRouter();
  for (const [path, handler] of [
    ["/-/healthz", healthz],
    ["/-/routes", list],
  ] as const) {
    router.get(path, handler).head(path, handler).all(path, notAllowed);
  }
  return (request: Request): Promise<Response | undefined> => router.fetch(request);
}

/** A call that the ingress itself cancelled failed for the reason it gave: a body that grew too large. */
function reasonOf(error: unknown): unknown {
  const cancelled = error instanceof ServeError && error.code === "CANCELLED";
  return cancelled && error.cause instanceof ServeError ? error.cause : error;
}
