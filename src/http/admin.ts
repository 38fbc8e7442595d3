import type { HttpOptions } from "../config/http-options.ts";
import type { Declarations } from "../controller/declarations.ts";
import type { ServeStatus } from "../serve.ts";
import type { LoggingOptions } from "../telemetry/logging.ts";
import type { MetricsSnapshot } from "../telemetry/snapshot.ts";
import { createAccess } from "./admin-access.ts";
import { createAdminRouter } from "./admin-router.ts";
import { withHeader, withoutBody } from "./answer.ts";
import { failureDetails, problemDetails } from "./problem-details.ts";

/** What the admin API shows and changes. */
export interface AdminHost {
  readonly declarations: Declarations;
  /** What the server runs with, defaults filled in; empty where none listens. */
  readonly httpOptions: HttpOptions;
  /** What the server logs, and how. */
  readonly logging: LoggingOptions;
  status(): ServeStatus;
  /** What it has counted; empty where it counts nothing. */
  metrics(): Promise<MetricsSnapshot>;
  /** Lets the requests under way end: the one that asks for it is among them. */
  shutdown(): Promise<void>;
}

export interface AdminOptions {
  /** What `authorization: Bearer …` must have; without one only loopback host names are served. */
  readonly token?: string | undefined;
}

/**
 * The operator's API, to be mounted where `ADMIN_BASE` is not an application's. Never rejects: failures are problem
 * details.
 *
 * @throws ServeError `INVALID_OPTION` for a token that no header can carry
 */
export function createAdmin(
  host: AdminHost,
  { token }: AdminOptions = {},
): (request: Request) => Promise<Response> {
  const refused = createAccess(token);
  const route = createAdminRouter(host);
  const answer = async (request: Request) =>
    (await refused(request)) ?? (await route(request)) ?? nothingAt(request);
  return async (request) => {
    const response = await answer(request).catch(failureDetails);
    // Options and errors of users are nothing for a cache to keep.
    const kept = withHeader(response, "cache-control", "no-store");
    return request.method === "HEAD" ? withoutBody(kept) : kept;
  };
}

function nothingAt({ url }: Request): Response {
  const detail = `nothing is at ${new URL(url).pathname}`;
  return problemDetails({ status: 404, code: "NOT_FOUND", detail });
}
