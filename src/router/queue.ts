import { Heap } from "../heap.ts";

/** A place in line. */
export interface Place {
  /** Higher goes first. */
  readonly priority: number;
  /** When the call was made, by the clock of the platform; of one priority the older goes first. */
  readonly createdAt: number;
}

/** Negative when `a` goes before `b`. */
export function comparePlaces(a: Place, b: Place): number {
  return b.priority - a.priority || a.createdAt - b.createdAt;
}

/** Whoever waits, by place: a call that comes back goes where it was. */
export class CallQueue<T extends Place> extends Heap<T> {
  constructor() {
    super(comparePlaces);
  }
}
