import { env } from "cloudflare:workers";
import { ServeError } from "../../src/errors.ts";
import { createAccess } from "../../src/http/admin-access.ts";
import { ADMIN_BASE } from "../../src/http/admin-router.ts";
import { withHeader } from "../../src/http/answer.ts";
import { pathOf } from "../../src/http/path.ts";
import { failureDetails, problemDetails } from "../../src/http/problem-details.ts";
import { hostLogger } from "../../src/telemetry/host-logger.ts";
import type { ControllerRpc } from "./controller-rpc.ts";

/** Is this request for the admin API? */
export function isAdminRequest({ url }: Request): boolean {
  const path = pathOf(url);
  return path === ADMIN_BASE || path.startsWith(`${ADMIN_BASE}/`);
}

/**
 * The admin API in the Worker: who has the token reaches the controller.
 *
 * @param binding of the secret that holds the token
 */
export function adminMount(
  binding: string,
  controller: () => Pick<ControllerRpc, "fetch">,
): (request: Request) => Promise<Response> {
  const answer = async (request: Request) => {
    const token = tokenOf(binding);
    // Refused here, so that nobody without the token costs the controller anything.
    return (await createAccess(token)(request)) ?? (await controller().fetch(request));
  };
  return async (request) =>
    withHeader(await answer(request).catch(failure), "cache-control", "no-store");
}

/** @throws ServeError `UNAUTHORIZED` where the Worker has none: without one it would be open to everybody */
export function tokenOf(binding: string): string {
  const token = (env as Readonly<Record<string, unknown>>)[binding];
  if (typeof token === "string" && token !== "") return token;
  hostLogger().error(
    `createWorker: option adminToken: the Worker has no ${binding}, or it is empty: no request of the admin API is served; set it by npx wrangler secret put ${binding}`,
  );
  throw new ServeError("UNAUTHORIZED", "the admin API has no token yet: see the Worker's log");
}

function failure(error: unknown): Response {
  if (error instanceof ServeError && error.code !== "INVALID_OPTION") return failureDetails(error);
  hostLogger().error("admin API: a request failed", { error });
  const detail = "the controller can't be asked: see the Worker's log";
  return problemDetails({ status: 503, code: "UNAVAILABLE", detail });
}
