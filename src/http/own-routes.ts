import { IttyRouter } from "itty-router";
import { PROMETHEUS_TYPE, prometheusText } from "../telemetry/exposition.ts";
import type { MetricsSnapshot } from "../telemetry/snapshot.ts";
import { problem } from "./failure.ts";
import type { Route } from "./route-prefix.ts";

/** What an ingress tells of itself. */
export interface OwnRoutes {
  routes(): readonly Route[];
  closed(): boolean;
  /** Undefined where nothing is counted. */
  readonly metrics: (() => Promise<MetricsSnapshot>) | undefined;
}

/** `/-/healthz`, `/-/routes` and `/-/metrics`. */
export function ownRoutes({
  routes,
  closed,
  metrics,
}: OwnRoutes): (request: Request) => Promise<Response | undefined> {
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
  const prometheus = async (snapshot: () => Promise<MetricsSnapshot>) =>
    new Response(prometheusText(await snapshot()), {
      headers: { "content-type": PROMETHEUS_TYPE },
    });
  const router = IttyRouter();
  for (const [path, handler] of [
    ["/-/healthz", healthz],
    ["/-/routes", list],
    ...(metrics ? [["/-/metrics", () => prometheus(metrics)] as const] : []),
  ] as const) {
    router.get(path, handler).head(path, handler).all(path, notAllowed);
  }
  return (request) => router.fetch(request);
}
