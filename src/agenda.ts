import { Heap } from "./heap.ts";

interface Entry<T> {
  readonly at: number;
  readonly item: T;
}

/** Things that are due at a time, the earliest first; of those due at once the one that was added first. */
export class Agenda<T> {
  readonly #entries = new Heap<Entry<T>>((a, b) => a.at - b.at);

  /** Returns what takes it off again. */
  add(at: number, item: T): () => void {
    return this.#entries.add({ at, item });
  }

  /** When the earliest is due; Infinity when nothing is. */
  get next(): number {
    return this.#entries.first?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Takes off all that is due by now. */
  takeDue(now: number): T[] {
    const due: T[] = [];
    for (let entry = this.#entries.first; entry && entry.at <= now; entry = this.#entries.first) {
      this.#entries.takeFirst();
      due.push(entry.item);
    }
    return due;
  }
}
