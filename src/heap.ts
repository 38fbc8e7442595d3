interface Node<T> {
  readonly item: T;
  /** Orders items that compare as equal: first in, first out. */
  readonly number: number;
  /** Its place in the array; -1 once it is out. */
  index: number;
}

/** Items in order, the first one at hand: a binary heap. Any item can be taken out, each in O(log n). */
export class Heap<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #nodes: Node<T>[] = [];
  #lastNumber = 0;

  /** @param compare negative when `a` comes before `b`, as for `Array.sort` */
  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#nodes.length;
  }

  get first(): T | undefined {
    return this.#nodes[0]?.item;
  }

  /** Returns what takes the item out again; false once it is out. */
  add(item: T): () => boolean {
    this.#lastNumber += 1;
    const node: Node<T> = { item, number: this.#lastNumber, index: this.#nodes.length };
    this.#nodes.push(node);
    this.#rise(node);
    return () => this.#remove(node);
  }

  takeFirst(): T | undefined {
    const node = this.#nodes[0];
    if (!node) return undefined;
    this.#remove(node);
    return node.item;
  }

  /** All items in order, as far as they are asked for; nothing may come or go meanwhile. */
  *inOrder(): Generator<T> {
    const next = new Heap<Node<T>>((a, b) => (this.#isBefore(a, b) ? -1 : 1));
    const reach = (index: number) => {
      const node = this.#nodes[index];
      if (node) next.add(node);
    };
    reach(0);
    for (let node = next.takeFirst(); node; node = next.takeFirst()) {
      yield node.item;
      reach(2 * node.index + 1);
      reach(2 * node.index + 2);
    }
  }

  /** Takes out all items of which `unwanted` is true. */
  removeAll(unwanted: (item: T) => boolean): void {
    const nodes = this.#nodes.filter(({ item }) => unwanted(item));
    for (const node of nodes) this.#remove(node);
  }

  #remove(node: Node<T>): boolean {
    const { index } = node;
    if (index < 0) return false;
    node.index = -1;
    const last = this.#nodes.pop() as Node<T>;
    if (last === node) return true;
    this.#put(last, index);
    this.#rise(last);
    this.#sink(last);
    return true;
  }

  #rise(node: Node<T>): void {
    while (node.index > 0) {
      const parent = this.#nodes[(node.index - 1) >> 1] as Node<T>;
      if (this.#isBefore(parent, node)) return;
      this.#swap(node, parent);
    }
  }

  #sink(node: Node<T>): void {
    for (;;) {
      const left = this.#nodes[2 * node.index + 1];
      const right = this.#nodes[2 * node.index + 2];
      const child = left && right && this.#isBefore(right, left) ? right : left;
      if (!child || this.#isBefore(node, child)) return;
      this.#swap(child, node);
    }
  }

  /** @param upper takes the place of `lower`, and the other way round */
  #swap(upper: Node<T>, lower: Node<T>): void {
    const { index } = upper;
    this.#put(upper, lower.index);
    this.#put(lower, index);
  }

  #put(node: Node<T>, index: number): void {
    node.index = index;
    this.#nodes[index] = node;
  }

  #isBefore(a: Node<T>, b: Node<T>): boolean {
    return (this.#compare(a.item, b.item) || a.number - b.number) < 0;
  }
}
