/** More can't be under way at once on one channel. */
const PLACES = 2 ** 20;

/**
 * Things under way, each under a number, in an array whose places are used again. A Map that entries come to and
 * leave all the time costs twice as much, and keeps what was in it alive until the next full collection: V8 links
 * each outgrown table to the next.
 */
export class Numbered<T> {
  readonly #items: (T | undefined)[] = [];
  readonly #numbers: number[] = [];

  /** Takes a thing in under a number that the peer gave it. */
  put(number: number, item: T): void {
    const place = number % PLACES;
    this.#numbers[place] = number;
    this.#items[place] = item;
  }

  get(number: number): T | undefined {
    const place = number % PLACES;
    return this.#numbers[place] === number ? this.#items[place] : undefined;
  }

  take(number: number): T | undefined {
    const item = this.get(number);
    if (item !== undefined) this.#items[number % PLACES] = undefined;
    return item;
  }

  values(): T[] {
    return this.#items.filter((item) => item !== undefined);
  }
}

/** Gives the numbers itself: a place's number grows each time it is used, so that an old number finds nothing. */
export class Numbering<T> {
  readonly #numbered = new Numbered<T>();
  readonly #free: number[] = [];
  #places = 0;
  #size = 0;
  #taken = 0;

  get size(): number {
    return this.#size;
  }

  /** How many were ever taken. */
  get taken(): number {
    return this.#taken;
  }

  add(item: T): number {
    const number = this.#free.pop() ?? this.#newPlace();
    this.#numbered.put(number, item);
    this.#size += 1;
    return number;
  }

  get(number: number): T | undefined {
    return this.#numbered.get(number);
  }

  /** The place stays its own until `free`: the peer may still know something by its number. */
  take(number: number): T | undefined {
    const item = this.#numbered.take(number);
    if (item === undefined) return undefined;
    this.#size -= 1;
    this.#taken += 1;
    return item;
  }

  /** Gives a place away, once, that something was taken from. */
  free(number: number): void {
    this.#free.push(number + PLACES);
  }

  values(): T[] {
    return this.#numbered.values();
  }

  #newPlace(): number {
    this.#places += 1;
    return this.#places;
  }
}
