import { messageOf, ServeError } from "../errors.ts";

/** @param what can't cross to another replica, such as `app/Api#1: the result of fetch` */
export function notSendable(what: string, error: unknown): ServeError {
  return new ServeError("NOT_CLONEABLE", `${what} can't be sent: ${messageOf(error)}`, {
    cause: error,
  });
}
