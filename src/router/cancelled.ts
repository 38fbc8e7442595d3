import { ServeError } from "../errors.ts";

/** What a caller sees of a call that it cancelled. */
export function cancelled(where: string, reason: unknown): ServeError {
  return new ServeError("CANCELLED", `${where}: the call was cancelled by its caller`, {
    cause: reason,
  });
}
