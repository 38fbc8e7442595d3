import type { Cancellation } from "./cancellation.ts";
import type { Clock } from "./clock.ts";
import { timedOut } from "./timeout.ts";

/** Cancels a call with `TIMEOUT` once its deadline passes, unless it is over before. */
export function watchDeadline(cancellation: Cancellation, clock: Clock, where: string): void {
  const { deadline } = cancellation;
  if (deadline === undefined || expireLate(cancellation, clock, where)) return;
  const expire = () => cancellation.expire(timedOut(where, deadline));
  cancellation.whenOver(clock.alarm(deadline, expire));
}

/** Cancels a call whose deadline has passed; false where it has not. */
export function expireLate(cancellation: Cancellation, clock: Clock, where: string): boolean {
  const { deadline } = cancellation;
  if (deadline === undefined || deadline > clock.now()) return false;
  cancellation.expire(timedOut(where, deadline));
  return true;
}
