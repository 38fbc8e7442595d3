interface Entry<T> {
  readonly at: number;
  /** Undefined once it was taken off: it leaves the heap when its time comes. */
  item: T | undefined;
}

/** Things that are due at a time, the earliest first; a binary heap. */
export class Agenda<T> {
  readonly #heap: Entry<T>[] = [];

  /** Returns what takes it off again. */
  add(at: number, item: T): () => void {
    const entry: Entry<T> = { at, item };
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1);
    return () => {
      entry.item = undefined;
    };
  }

  /** When the earliest is due; Infinity when nothing is. */
  get next(): number {
    while (this.#heap[0]?.item === undefined && this.#heap.length > 0) this.#pop();
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Takes off all that is due by now. */
  takeDue(now: number): T[] {
    const due: T[] = [];
    while (this.next <= now) due.push(this.#pop() as T);
    return due;
  }

  #pop(): T | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (last && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink(0);
    }
    return first?.item;
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#earlier(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(from: number): void {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      const child = this.#earlier(left + 1, left) ? left + 1 : left;
      if (!this.#earlier(child, at)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #earlier(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    return one !== undefined && other !== undefined && one.at < other.at;
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (!one || !other) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}
