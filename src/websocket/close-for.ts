import { ServeError } from "../errors.ts";
import { type Close, CloseCode } from "./message.ts";

/** How a client is told that its socket's call has failed: by 1012 where it may reach another replica at once. */
export function closeFor(error: unknown): Close {
  const another = error instanceof ServeError && error.retryable;
  return another ? [CloseCode.ServiceRestart, "connect again"] : [CloseCode.InternalError, ""];
}

/** Whether the failure is news: not the end of a replica or of a client, which are told of elsewhere. */
export function isUnexpected(error: unknown): boolean {
  return !(error instanceof ServeError && (error.retryable || error.code === "CANCELLED"));
}
