import { fromErrorData, toErrorData } from "../error-data.ts";
import type { FramePort } from "./frame-port.ts";
import { type Frame, Op } from "./frames.ts";
import type { Source } from "./iteration.ts";

/** Items that may be under way before the reader has asked for more: bounds the memory of a slow reader. */
export const WINDOW = 16;

/**
 * The streams of one channel, in both directions, with credit-based flow control: the sender pulls its source
 * only while it has credit, so a reader that stops stops the producer.
 */
export class Streams {
  readonly #port: FramePort;
  readonly #outgoing = new Map<number, Outgoing>();
  readonly #incoming = new Map<number, Incoming>();
  #lastNumber = 0;

  constructor(port: FramePort) {
    this.#port = port;
  }

  /**
   * Sends what a source gives, as the reader has credit for it.
   *
   * @param credit what it may send at once: `WINDOW`, or 0 when the reader may yet turn the stream down
   * @param ended called once when all was sent, it failed, or the reader left
   */
  send(source: Source, credit: number, ended: () => void): number {
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const outgoing = new Outgoing(number, source, this.#port, () => {
      this.#outgoing.delete(number);
      ended();
    });
    this.#outgoing.set(number, outgoing);
    // The frame that names the stream must be queued before its items.
    if (credit > 0) queueMicrotask(() => outgoing.grant(credit));
    return number;
  }

  /** Takes back a stream that the reader turned down: its source was never touched. */
  withdraw(number: number): void {
    this.#outgoing.delete(number);
  }

  /**
   * The reading end of a stream of the peer.
   *
   * @param credit what to grant at once: `WINDOW` for a stream that was sent with none
   * @param ended called once when it is over
   */
  receive(number: number, credit: number, ended: () => void): Incoming {
    const incoming = new Incoming(number, this.#port, () => {
      this.#incoming.delete(number);
      ended();
    });
    this.#incoming.set(number, incoming);
    if (credit > 0) this.#port.send([Op.Pull, number, credit]);
    return incoming;
  }

  /** Returns false when the frame is not about a stream. */
  handle(frame: Frame): boolean {
    switch (frame[0]) {
      case Op.Pull:
        this.#outgoing.get(frame[1])?.grant(frame[2]);
        return true;
      case Op.Stop:
        this.#outgoing.get(frame[1])?.stop(fromErrorData(frame[2]));
        return true;
      case Op.Item:
        this.#incoming.get(frame[1])?.push(frame[2]);
        return true;
      case Op.End:
        this.#incoming.get(frame[1])?.end();
        return true;
      case Op.Fail:
        this.#incoming.get(frame[1])?.fail(fromErrorData(frame[2]));
        return true;
      default:
        return false;
    }
  }

  /** The peer is gone: readers see `error`, sources are closed. */
  close(error: unknown): void {
    for (const incoming of [...this.#incoming.values()]) incoming.fail(error);
    for (const outgoing of [...this.#outgoing.values()]) outgoing.stop(error);
  }
}

class Outgoing {
  readonly #number: number;
  readonly #source: Source;
  readonly #port: FramePort;
  readonly #ended: () => void;
  #credit = 0;
  #pumping = false;
  #open = true;

  constructor(number: number, source: Source, port: FramePort, ended: () => void) {
    this.#number = number;
    this.#source = source;
    this.#port = port;
    this.#ended = ended;
  }

  grant(credit: number): void {
    this.#credit += credit;
    if (!this.#pumping) void this.#pump();
  }

  /** The reader wants no more: the source's `finally` runs. */
  stop(reason: unknown): void {
    if (!this.#open) return;
    this.#close();
    // What the source throws while it is being left has nobody to go to.
    void Promise.resolve(this.#source.return?.(reason)).catch(() => {});
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      while (this.#open && this.#credit > 0) {
        this.#credit -= 1;
        const { done, value } = await this.#source.next();
        if (!this.#open) return;
        if (done) {
          this.#port.send([Op.End, this.#number]);
          return this.#close();
        }
        this.#port.send([Op.Item, this.#number, value], undefined, (error) => this.#refuse(error));
      }
    } catch (error) {
      if (this.#open) this.#port.send([Op.Fail, this.#number, toErrorData(error)]);
      this.#close();
    } finally {
      this.#pumping = false;
    }
  }

  #refuse(error: unknown): void {
    this.#port.send([Op.Fail, this.#number, toErrorData(error)]);
    this.stop(error);
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#ended();
  }
}

/** The reading end: an iterator, and a look at whether all of it has arrived already. */
export class Incoming implements AsyncIterator<unknown> {
  readonly #number: number;
  readonly #port: FramePort;
  readonly #ended: () => void;
  readonly #items: unknown[] = [];
  #waiting: ((step: IteratorResult<unknown> | Promise<never>) => void)[] = [];
  #over: { readonly error?: unknown } | undefined;
  #read = 0;

  constructor(number: number, port: FramePort, ended: () => void) {
    this.#number = number;
    this.#port = port;
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
      this.#items.push(item);
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
      this.#port.send([Op.Stop, this.#number, toErrorData(reason)]);
      this.#finish(over);
    }
    this.#items.length = 0;
  }

  #consumed(): void {
    this.#read += 1;
    // Half a window at a time: a frame of credit for each item would double the traffic.
    if (this.#read % (WINDOW / 2) === 0 && !this.#over) {
      this.#port.send([Op.Pull, this.#number, WINDOW / 2]);
    }
  }

  #finish(over: { readonly error?: unknown }): void {
    if (this.#over) return;
    this.#over = over;
    this.#ended();
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
