import { pathText } from "../config/problems.ts";
import type { ConfigProblem } from "../controller/declarations.ts";
import { type ErrorCode, messageOf, ServeError } from "../errors.ts";
import { hostLogger } from "../telemetry/host-logger.ts";

/** What is wrong, for programs: a `ServeError`'s code, or one that only the admin API has. */
export type ProblemCode =
  | ErrorCode
  | "INVALID_JSON"
  | "FORBIDDEN"
  | "RESTART_NEEDED"
  | "UNSUPPORTED_MEDIA_TYPE"
  | "INTERNAL";

export interface Problem {
  readonly status: number;
  readonly code: ProblemCode;
  /** One line: where, what and the way out. */
  readonly detail: string;
  /** Each of several things that are wrong with a document. */
  readonly errors?: readonly ConfigProblem[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** The phrases of HTTP: what a problem without a type of its own has as title (RFC 9457, 4.2.1). */
const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
};

/** An answer as problem details: RFC 9457, with `code` and `errors` besides. */
export function problemDetails({ status, code, detail, errors, headers = {} }: Problem): Response {
  const title = TITLES[status] ?? "Error";
  const body = { title, status, detail, code, ...(errors && { errors: errors.map(shown) }) };
  return Response.json(body, {
    status,
    headers: { ...headers, "content-type": "application/problem+json" },
  });
}

/** The answer to a request that failed. What is no `ServeError` is a fault of isoserve: it goes to the log. */
export function failureDetails(error: unknown): Response {
  if (!(error instanceof ServeError)) {
    hostLogger().error("admin API: a request failed", { error });
    return problemDetails({ status: 500, code: "INTERNAL", detail: "see the server's log" });
  }
  const { code } = error;
  const errors = code === "INVALID_CONFIG" ? problemsOf(error.cause) : undefined;
  return problemDetails({
    status: OF_THE_REQUEST.has(code) ? 400 : error.status,
    code,
    detail: messageOf(error),
    ...(errors && { errors }),
  });
}

/** A fault of the program's code elsewhere, here of what the request says. */
const OF_THE_REQUEST = new Set<ErrorCode>(["INVALID_OPTION", "INVALID_APPLICATION"]);

function problemsOf(cause: unknown): readonly ConfigProblem[] | undefined {
  return Array.isArray(cause) ? (cause as readonly ConfigProblem[]) : undefined;
}

/** A place as code names it and as a JSON pointer (RFC 6901). */
function shown({ path, message }: ConfigProblem) {
  const keys = path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`);
  return { path: pathText(path), pointer: keys.join(""), message };
}
