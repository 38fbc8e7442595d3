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

interface Entry<T> {
  readonly item: T;
  /** Orders those of one place: first in, first out. */
  readonly number: number;
  previous: Entry<T> | undefined;
  next: Entry<T> | undefined;
  queued: boolean;
}

/**
 * Whoever waits, by place. Most come in order and are in a list, where a thousand cost no more than one; those that
 * overtake, by their priority or because they come back, are in a heap.
 */
export class CallQueue<T extends Place> {
  #head: Entry<T> | undefined;
  #tail: Entry<T> | undefined;
  #listed = 0;
  readonly #overtaking = new Heap<Entry<T>>(compareEntries);
  #lastNumber = 0;

  get size(): number {
    return this.#listed + this.#overtaking.size;
  }

  get first(): T | undefined {
    return this.#first?.item;
  }

  /** Returns what takes the item out again; false once it is out. */
  add(item: T): () => boolean {
    this.#lastNumber += 1;
    const last = this.#tail;
    const entry: Entry<T> = {
      item,
      number: this.#lastNumber,
      previous: last,
      next: undefined,
      queued: true,
    };
    if (last && comparePlaces(item, last.item) < 0) return this.#overtaking.add(entry);
    if (last) last.next = entry;
    else this.#head = entry;
    this.#tail = entry;
    this.#listed += 1;
    return () => this.#unlink(entry);
  }

  takeFirst(): T | undefined {
    const first = this.#first;
    if (!first) return undefined;
    if (first === this.#head) this.#unlink(first);
    else this.#overtaking.takeFirst();
    return first.item;
  }

  /** All items in order, as far as they are asked for; nothing may come or go meanwhile. */
  *inOrder(): Generator<T> {
    const overtaking = this.#overtaking.inOrder();
    let ahead = overtaking.next();
    for (let entry = this.#head; entry; entry = entry.next) {
      for (; !ahead.done && compareEntries(ahead.value, entry) < 0; ahead = overtaking.next()) {
        yield ahead.value.item;
      }
      yield entry.item;
    }
    for (; !ahead.done; ahead = overtaking.next()) yield ahead.value.item;
  }

  /** Takes out all items of which `unwanted` is true. */
  removeAll(unwanted: (item: T) => boolean): void {
    this.#overtaking.removeAll(({ item }) => unwanted(item));
    for (let entry = this.#head; entry; entry = entry.next) {
      if (unwanted(entry.item)) this.#unlink(entry);
    }
  }

  get #first(): Entry<T> | undefined {
    const overtaking = this.#overtaking.first;
    const head = this.#head;
    return overtaking && (!head || compareEntries(overtaking, head) < 0) ? overtaking : head;
  }

  #unlink(entry: Entry<T>): boolean {
    if (!entry.queued) return false;
    entry.queued = false;
    this.#listed -= 1;
    const { previous, next } = entry;
    if (previous) previous.next = next;
    else this.#head = next;
    if (next) next.previous = previous;
    else this.#tail = previous;
    return true;
  }
}

function compareEntries<T extends Place>(a: Entry<T>, b: Entry<T>): number {
  return comparePlaces(a.item, b.item) || a.number - b.number;
}
