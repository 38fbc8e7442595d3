/** Items that may be under way before the reader has asked for more: bounds the memory of a slow reader. */
export const WINDOW = 16;

/** How a reader talks to the sender. */
export interface Upstream {
  pull(credit: number): void;
  stop(reason: unknown): void;
}

/** The reading end of a stream: an iterator, and a look at whether all of it has arrived already. */
export class Incoming implements AsyncIterator<unknown> {
  readonly #upstream: Upstream;
  readonly #ended: (failure: unknown) => void;
  readonly #items: unknown[] = [];
  #waiting: ((step: IteratorResult<unknown> | Promise<never>) => void)[] = [];
  #over: { readonly error?: unknown } | undefined;
  #read = 0;

  /** @param ended called once when it is over, with what it failed with */
  constructor(upstream: Upstream, ended: (failure: unknown) => void) {
    this.#upstream = upstream;
    this.#ended = ended;
  }

  /** All items, when the stream has ended well before anything was read; else undefined. */
  get complete(): readonly unknown[] | undefined {
    return this.#over && !("error" in this.#over) && this.#read === 0 ? this.#items : undefined;
  }

  next(): Promise<IteratorResult<unknown>> {
    if (this.#items.length > 0) {
      const value = this.#items.shift();
      this.#consumed();
      return Promise.resolve({ done: false, value });
    }
    if (this.#over) return this.#finished();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** All that has arrived, at least one item unless the stream is over; `done` comes with the last ones. */
  async nextBatch(): Promise<{ readonly items: readonly unknown[]; readonly done: boolean }> {
    const first = await this.next();
    if (first.done) return { items: [], done: true };
    const items = [first.value, ...this.#items.splice(0)];
    for (let count = 1; count < items.length; count += 1) this.#consumed();
    return { items, done: this.#over !== undefined && !("error" in this.#over) };
  }

  return(reason?: unknown): Promise<IteratorResult<unknown>> {
    this.#stop(reason, {});
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Stops the sender; whoever reads on gets the error. */
  abort(error: unknown): void {
    this.#stop(error, { error });
  }

  push(item: unknown): void {
    if (this.#over) return;
    const waiting = this.#waiting.shift();
    if (!waiting) {
      if (this.#items.length < WINDOW) this.#items.push(item);
      else this.abort(new Error("the sender of this stream sent more than it had credit for"));
      return;
    }
    this.#consumed();
    waiting({ done: false, value: item });
  }

  end(): void {
    this.#finish({});
  }

  fail(error: unknown): void {
    this.#finish({ error });
  }

  #stop(reason: unknown, over: { readonly error?: unknown }): void {
    if (!this.#over) {
      this.#upstream.stop(reason);
      this.#finish(over);
    }
    this.#items.length = 0;
  }

  #consumed(): void {
    this.#read += 1;
    // Half a window at a time: a frame of credit for each item would double the traffic.
    if (this.#read % (WINDOW / 2) === 0 && !this.#over) this.#upstream.pull(WINDOW / 2);
  }

  #finish(over: { readonly error?: unknown }): void {
    if (this.#over) return;
    this.#over = over;
    this.#ended(over.error);
    for (const waiting of this.#waiting.splice(0)) waiting(this.#finished() as Promise<never>);
  }

  #finished(): Promise<IteratorResult<unknown>> {
    const over = this.#over;
    if (over && "error" in over) {
      this.#over = {};
      return Promise.reject(over.error);
    }
    return Promise.resolve({ done: true, value: undefined });
  }
}
