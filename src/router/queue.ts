/** A waiting call. */
export interface Waiting {
  readonly createdAt: number;
}

interface Entry<T> {
  readonly item: T;
  previous: Entry<T> | undefined;
  next: Entry<T> | undefined;
  queued: boolean;
}

/** First in, first out by age: a call that comes back keeps its place. Removal of any entry costs nothing. */
export class CallQueue<T extends Waiting> {
  #oldest: Entry<T> | undefined;
  #youngest: Entry<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): T | undefined {
    return this.#oldest?.item;
  }

  /** Returns what takes the item out again. */
  add(item: T): () => void {
    let before = this.#youngest;
    while (before && before.item.createdAt > item.createdAt) before = before.previous;
    const entry: Entry<T> = {
      item,
      previous: before,
      next: before ? before.next : this.#oldest,
      queued: true,
    };
    if (before) before.next = entry;
    else this.#oldest = entry;
    if (entry.next) entry.next.previous = entry;
    else this.#youngest = entry;
    this.#size += 1;
    return () => this.#remove(entry);
  }

  takeOldest(): T | undefined {
    const entry = this.#oldest;
    if (!entry) return undefined;
    this.#remove(entry);
    return entry.item;
  }

  #remove(entry: Entry<T>): void {
    if (!entry.queued) return;
    entry.queued = false;
    this.#size -= 1;
    if (entry.previous) entry.previous.next = entry.next;
    else this.#oldest = entry.next;
    if (entry.next) entry.next.previous = entry.previous;
    else this.#youngest = entry.previous;
  }
}
