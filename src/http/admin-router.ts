import { type IRequestStrict, IttyRouter } from "itty-router";
import type { AdminHost } from "./admin.ts";
import { applicationRoutes } from "./admin-application.ts";
import { targetRoutes } from "./admin-target.ts";
import { problemDetails } from "./problem-details.ts";

/** Where the admin API is: every path of it begins so. */
export const ADMIN_BASE = "/api/serve";

type Method = "GET" | "PUT" | "PATCH" | "POST" | "DELETE";

/** What a path names: `:name` as `name`. */
export type Params = Readonly<Record<string, string>>;

export type AdminHandler = (request: Request, params: Params) => Response | Promise<Response>;

/** What each path answers to the methods that it allows. GET stands for HEAD as well. */
export type AdminRoutes = Readonly<Record<string, Readonly<Partial<Record<Method, AdminHandler>>>>>;

/** Answers by path and method; undefined where nothing is. */
export function createAdminRouter(
  host: AdminHost,
): (request: Request) => Promise<Response | undefined> {
  const router = IttyRouter<IRequestStrict>({ base: ADMIN_BASE });
  const routes: AdminRoutes = { ...targetRoutes(host), ...applicationRoutes(host) };
  for (const [path, methods] of Object.entries(routes)) {
    router.all(path, (request) => answer(new Map(Object.entries(methods)), request));
  }
  return (request) => router.fetch(request);
}

async function answer(
  methods: ReadonlyMap<string, AdminHandler>,
  request: IRequestStrict,
): Promise<Response | undefined> {
  const { method } = request;
  const handler = methods.get(method === "HEAD" ? "GET" : method);
  if (!handler) return withoutHandler(methods, method);
  const params = decoded(request.params);
  return params && handler(request, params);
}

function withoutHandler(methods: ReadonlyMap<string, AdminHandler>, method: string): Response {
  const allowed = [...methods.keys()].flatMap((name) => (name === "GET" ? [name, "HEAD"] : name));
  const allow = [...allowed, "OPTIONS"].join(", ");
  if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
  const detail = `${method} is not allowed here, but ${allow}`;
  return problemDetails({ status: 405, code: "METHOD_NOT_ALLOWED", detail, headers: { allow } });
}

/** Undefined where an escape is none: such a name nothing has. */
function decoded(params: Params): Params | undefined {
  try {
    return Object.fromEntries(
      Object.entries(params).map(([key, value]) => [key, decodeURIComponent(value)]),
    );
  } catch {
    return undefined;
  }
}
