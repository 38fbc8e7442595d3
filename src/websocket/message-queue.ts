import { type SocketItem, sizeOf } from "./message.ts";

export interface QueueListener {
  /** The last item that waited was taken. */
  drained(): void;
  /** The reader wants no more; it waits for what this returns. */
  left(): Promise<void> | undefined;
}

/** Items that were read may stay in the array up to this many, or half of it. */
const READ_AT_MOST = 1024;

/** Items on their way out of whoever makes them: a source that is pushed. For one reader. */
export class MessageQueue implements AsyncIterator<SocketItem> {
  readonly #listener: QueueListener;
  #items: SocketItem[] = [];
  /** Where the first item is that was not read: taking it out of a long array would move all the others. */
  #first = 0;
  #reader: PromiseWithResolvers<IteratorResult<SocketItem>> | undefined;
  #bytes = 0;
  #over: { readonly error?: unknown } | undefined;

  constructor(listener: QueueListener) {
    this.#listener = listener;
  }

  /** Items that wait. */
  get length(): number {
    return this.#items.length - this.#first;
  }

  /** What they take. */
  get bytes(): number {
    return this.#bytes;
  }

  push(item: SocketItem): void {
    if (this.#over) return;
    const reader = this.#reader;
    if (reader) {
      this.#reader = undefined;
      return reader.resolve({ done: false, value: item });
    }
    this.#items.push(item);
    this.#bytes += sizeOf(item);
  }

  /** Forgets what waits. */
  clear(): void {
    this.#items = [];
    this.#first = 0;
    this.#bytes = 0;
    this.#listener.drained();
  }

  /** What waits is read first. */
  end(): void {
    this.#finish({});
  }

  fail(error: unknown): void {
    this.#finish({ error });
  }

  async next(): Promise<IteratorResult<SocketItem>> {
    const item = this.#items[this.#first];
    if (item !== undefined) return this.#take(item);
    if (this.#over) return this.#finished();
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }

  async return(): Promise<IteratorResult<SocketItem>> {
    this.#finish({});
    this.clear();
    await this.#listener.left();
    return END;
  }

  #take(item: SocketItem): IteratorResult<SocketItem> {
    this.#first += 1;
    this.#bytes -= sizeOf(item);
    if (this.length === 0) this.clear();
    else if (this.#first >= READ_AT_MOST && this.#first * 2 > this.#items.length)
      this.#forgetRead();
    return { done: false, value: item };
  }

  #forgetRead(): void {
    this.#items = this.#items.slice(this.#first);
    this.#first = 0;
  }

  #finish(over: { readonly error?: unknown }): void {
    if (this.#over) return;
    this.#over = over;
    const reader = this.#reader;
    this.#reader = undefined;
    if (!reader) return;
    if ("error" in over) reader.reject(over.error);
    else reader.resolve(END);
  }

  #finished(): IteratorResult<SocketItem> {
    const over = this.#over;
    this.#over = {};
    if (over && "error" in over) throw over.error;
    return END;
  }
}

const END: IteratorResult<SocketItem> = { done: true, value: undefined };
