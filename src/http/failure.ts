import { type ErrorCode, ServeError } from "../errors.ts";

/**
 * Answers for a failed call. Users' errors become a bare 500: their messages and stacks stay in the log, where
 * the request id finds them.
 *
 * @param log is told what the answer does not tell
 */
export function failureResponse(error: unknown, log: (error: unknown) => void): Response {
  if (error instanceof ServeError && error.code === "REPLICA_DIED") {
    // Why it died may be a user's error, which is the log's.
    return problem(error.status, error.code, "the replica died while it worked on the request");
  }
  if (error instanceof ServeError && error.retryable) {
    return problem(error.status, error.code, error.message, retryAfter(error));
  }
  if (error instanceof ServeError && error.status < 500) {
    return problem(error.status, error.code, error.message);
  }
  log(error);
  const status = error instanceof ServeError ? error.status : 500;
  const code = error instanceof ServeError ? error.code : "INTERNAL";
  return problem(status, code, "Internal Server Error");
}

const MAY_WAIT: ReadonlySet<number> = new Set([429, 503]);

function retryAfter({ status, retryAfterSeconds = 1 }: ServeError): Record<string, string> {
  return MAY_WAIT.has(status) ? { "retry-after": String(Math.ceil(retryAfterSeconds)) } : {};
}

/** An error as JSON: `{"error": {"code", "message"}}`. */
export function problem(
  status: number,
  code: ErrorCode | "INTERNAL",
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ error: { code, message } }, { status, headers });
}
