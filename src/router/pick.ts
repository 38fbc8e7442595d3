import type { CallQueue, Place } from "./queue.ts";

/** A call in a queue. */
export interface Waiting extends Place {
  /** Calls behind it that went first, since what was free suited them better. */
  passed: number;
}

/** What there is to give. */
export interface Offer<T, O> {
  /**
   * What the call would get; undefined for nothing.
   *
   * @param own it takes only what it prefers
   */
  readonly make: (call: T, own: boolean) => O | undefined;
  /** Some calls prefer some replicas. */
  readonly preferred: boolean;
  /** What one call can't have may be for the next one. */
  readonly selective: boolean;
}

export interface Picked<T, O> {
  readonly call: T;
  readonly gets: O;
}

/** How many of the first ones are asked what they prefer. */
const WINDOW = 64;

/** A call lets so many others go first. */
const PATIENCE = 64;

/**
 * The call that gets what is free: the first in line. Where calls prefer some replicas, the first of those, near the front
 * and of one priority, who would have got just that; so that a replica that is never idle goes on with the models that it
 * has. Takes nothing out of the queue.
 */
export function pick<T extends Waiting, O>(
  queue: CallQueue<T>,
  offer: Offer<T, O>,
): Picked<T, O> | undefined {
  return (offer.preferred && pickPreferred(queue, offer.make)) || pickFirst(queue, offer);
}

function pickPreferred<T extends Waiting, O>(
  queue: CallQueue<T>,
  make: Offer<T, O>["make"],
): Picked<T, O> | undefined {
  const passed: T[] = [];
  for (const call of queue.inOrder()) {
    if (passed.length === WINDOW || call.priority !== queue.first?.priority) return undefined;
    const gets = make(call, call.passed < PATIENCE);
    if (gets !== undefined) {
      for (const other of passed) other.passed += 1;
      return { call, gets };
    }
    passed.push(call);
  }
  return undefined;
}

function pickFirst<T extends Waiting, O>(
  queue: CallQueue<T>,
  { make, selective }: Offer<T, O>,
): Picked<T, O> | undefined {
  const { first } = queue;
  const gets = first && make(first, false);
  if (gets !== undefined) return { call: first as T, gets };
  if (!selective) return undefined;
  for (const call of queue.inOrder()) {
    const other = call === first ? undefined : make(call, false);
    if (other !== undefined) return { call, gets: other };
  }
  return undefined;
}
