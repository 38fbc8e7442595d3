import { ServeError } from "../errors.ts";
import type { LoggingOptions } from "../telemetry/logging.ts";

/** `/`, or segments without a trailing slash; paths under `/-` are the server's own. */
export const ROUTE_PREFIX = /^(?:\/|(?!\/-(?:\/|$))(?:\/[\w.~!$&'()*+,;=:@%-]+)+)$/;

/** The same in words. */
export const ROUTE_PREFIX_RULE =
  'must be "/" or like "/digits", without a trailing slash and not under "/-"';

/** @throws ServeError `INVALID_OPTION` */
export function checkRoutePrefix(prefix: unknown): void {
  if (typeof prefix === "string" && ROUTE_PREFIX.test(prefix)) return;
  throw new ServeError(
    "INVALID_OPTION",
    `serve.run: option routePrefix ${ROUTE_PREFIX_RULE}, got ${JSON.stringify(prefix)}`,
  );
}

/** One application's place in the URL space. */
export interface Route {
  readonly application: string;
  readonly prefix: string;
  /** Its ingress deployment. */
  readonly key: string;
  /** What is logged of its requests; what is not said here the server says. */
  readonly logging?: LoggingOptions | undefined;
}

/** Longest prefix first, so that the first match is the right one. */
export function bySpecificity(routes: readonly Route[]): Route[] {
  return [...routes].sort((a, b) => b.prefix.length - a.prefix.length);
}

/** Finds the route of a path; prefixes end on segment borders: `/a` serves `/a` and `/a/x`, not `/ab`. */
export function matchRoute(routes: readonly Route[], path: string): Route | undefined {
  for (const route of routes) {
    const { prefix } = route;
    if (prefix === "/") return route;
    if (path.startsWith(prefix)) {
      const next = path.charCodeAt(prefix.length);
      if (path.length === prefix.length || next === SLASH) return route;
    }
  }
  return undefined;
}

const SLASH = 47;
