import { comparePlaces, type Place } from "../router/queue.ts";
import type { BatchReason } from "./batch-info.ts";

/** A place, and what orders those that came at one time. */
export interface Arrival extends Place {
  readonly number: number;
}

/** A batch that forms, as far as it matters for when it closes. */
export interface Forming {
  /** Of the item that goes first. */
  readonly place: Arrival;
  readonly full: boolean;
  /** When it has waited long enough. */
  readonly waitOverAt: number;
  /** When it must start so that no item misses its deadline. */
  readonly latestAt: number;
}

export interface Closing<F extends Forming> {
  readonly forming: F;
  /** When it closes; what is in the past is due now. */
  readonly at: number;
  readonly reason: BatchReason;
}

/** When a batch closes by itself, and why. @param freeSince when the slot that it will run in became free */
export function closingOf<F extends Forming>(forming: F, freeSince: number): Closing<F> {
  const { full, waitOverAt, latestAt } = forming;
  if (full) return { forming, at: Number.NEGATIVE_INFINITY, reason: "full" };
  const at = Math.min(waitOverAt, latestAt);
  if (at < freeSince) return { forming, at, reason: "slot" };
  return { forming, at, reason: latestAt < waitOverAt ? "deadline" : "wait" };
}

/** Of the batches that form the one that runs next: of those that are due now the most urgent, else the first to be due. */
export function nextToClose<F extends Forming>(
  forming: Iterable<F>,
  freeSince: number,
  now: number,
): Closing<F> | undefined {
  let next: Closing<F> | undefined;
  for (const one of forming) {
    const closing = closingOf(one, freeSince);
    if (!next || goesBefore(closing, next, now)) next = closing;
  }
  return next;
}

function goesBefore<F extends Forming>(a: Closing<F>, b: Closing<F>, now: number): boolean {
  const [aIsDue, bIsDue] = [a.at <= now, b.at <= now];
  if (aIsDue !== bIsDue) return aIsDue;
  return aIsDue ? compareArrivals(a.forming.place, b.forming.place) < 0 : a.at < b.at;
}

function compareArrivals(a: Arrival, b: Arrival): number {
  return comparePlaces(a, b) || a.number - b.number;
}
