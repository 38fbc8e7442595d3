import { ServeError } from "./errors.ts";

/** What the caller of a call gets that was not done by its deadline. */
export interface Timeout extends ServeError {
  /** The deadline that was missed; not there in what users throw. */
  readonly deadline?: number;
}

export function timedOut(where: string, deadline: number): Timeout {
  const message = `${where}: the call was not done by its deadline (requestTimeoutMs, timeoutMs or x-request-timeout-seconds)`;
  return Object.assign(new ServeError("TIMEOUT", message), { deadline });
}

export function isTimeout(reason: unknown): reason is Timeout {
  return reason instanceof ServeError && reason.code === "TIMEOUT";
}
