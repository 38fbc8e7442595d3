import type { Cancellation } from "./cancellation.ts";
import type { Clock } from "./clock.ts";
import { timedOut } from "./timeout.ts";

/** Cancels a call with `TIMEOUT` once its deadline passes, unless it is over before. */
export function watchDeadline(cancellation: Cancellation, clock: Clock, where: string): void {
  const { deadline } = cancellation;
  if (deadline === undefined) return;
  const expire = () => cancellation.expire(timedOut(where, deadline));
  if (deadline <= clock.now()) expire();
  else cancellation.whenOver(clock.alarm(deadline, expire));
}
