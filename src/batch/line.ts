import { CallQueue, type Place } from "../router/queue.ts";

/** An item that waits for a batch. */
export interface Waiting extends Place {
  readonly value: unknown;
  /** When its caller gives up; undefined for never. */
  readonly deadline: number | undefined;
}

/** The items that may go into one batch together: by priority, then by age. */
export class Line<T extends Waiting> {
  readonly #queue = new CallQueue<T>();
  /** In the order in which they came. */
  readonly #arrived = new Map<T, () => boolean>();
  #newestAt = 0;
  #earliestDeadline: number | undefined;
  /** The earliest deadline may have gone. */
  #stale = false;

  add(item: T): void {
    this.#arrived.set(item, this.#queue.add(item));
    this.#newestAt = item.createdAt;
    this.#heed(item);
  }

  /** False when it was not here. */
  remove(item: T): boolean {
    const leave = this.#arrived.get(item);
    if (!leave) return false;
    leave();
    this.#arrived.delete(item);
    if (item.deadline !== undefined) this.#stale = true;
    return true;
  }

  get size(): number {
    return this.#arrived.size;
  }

  has(item: T): boolean {
    return this.#arrived.has(item);
  }

  /** The one that goes first. */
  get first(): T | undefined {
    return this.#queue.first;
  }

  /** The one that has waited longest. */
  get oldest(): T | undefined {
    return this.#arrived.keys().next().value;
  }

  /** When the last one came. */
  get newestAt(): number {
    return this.#newestAt;
  }

  get earliestDeadline(): number | undefined {
    if (this.#stale) {
      this.#stale = false;
      this.#earliestDeadline = undefined;
      for (const item of this.#arrived.keys()) this.#heed(item);
    }
    return this.#earliestDeadline;
  }

  /** As far as they are asked for; nothing may come or go meanwhile. */
  inOrder(): Iterable<T> {
    return this.#queue.inOrder();
  }

  #heed({ deadline }: T): void {
    const earliest = this.#earliestDeadline;
    if (deadline !== undefined && (earliest === undefined || deadline < earliest)) {
      this.#earliestDeadline = deadline;
    }
  }
}
