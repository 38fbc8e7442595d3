import type { Cancellation } from "./cancellation.ts";
import { ServeError } from "./errors.ts";
import { isTimeout } from "./timeout.ts";

/** What a caller sees of a call that it cancelled, or whose deadline has passed. */
export function cancelled(where: string, reason: unknown): ServeError {
  if (isTimeout(reason)) return reason;
  return new ServeError("CANCELLED", `${where}: the call was cancelled by its caller`, {
    cause: reason,
  });
}

/** Waits for what a call needs before it can be sent, though not once it is cancelled. */
export function unlessCancelled<T>(
  where: string,
  cancellation: Cancellation,
  needed: Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    cancellation.listener = (reason) => reject(cancelled(where, reason));
    needed.then(resolve, reject);
  });
}
