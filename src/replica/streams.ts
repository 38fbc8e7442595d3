import { fromErrorData, toErrorData } from "../error-data.ts";
import type { FramePort } from "./frame-port.ts";
import { type Frame, Op } from "./frames.ts";
import { Incoming } from "./incoming.ts";
import type { Source } from "./iteration.ts";
import { itemRefused, Outgoing } from "./outgoing.ts";

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
    const port = this.#port;
    const sink = {
      item: (value: unknown) =>
        port.send([Op.Item, number, value], undefined, (error) => {
          outgoing.stop(error);
          return [Op.Fail, number, toErrorData(itemRefused(error))];
        }),
      end: () => port.send([Op.End, number]),
      fail: (error: unknown) => port.send([Op.Fail, number, toErrorData(error)]),
    };
    const outgoing = new Outgoing(source, sink, () => {
      this.#outgoing.delete(number);
      ended();
    });
    this.#outgoing.set(number, outgoing);
    // The frame that names the stream must be queued before its items.
    if (credit > 0) queueMicrotask(() => outgoing.grant(credit));
    return number;
  }

  /** Breaks off a stream that nobody can want any more: its source is left, a reader sees the reason. */
  drop(number: number, reason: unknown): void {
    const outgoing = this.#outgoing.get(number);
    if (!outgoing) return;
    outgoing.stop(reason);
    this.#port.send([Op.Fail, number, toErrorData(reason)]);
  }

  /** Takes back a stream that the reader turned down: its source was never touched. */
  withdraw(number: number): void {
    this.#outgoing.delete(number);
  }

  /**
   * The reading end of a stream of the peer.
   *
   * @param credit what to grant at once: `WINDOW` for a stream that was sent with none
   * @param ended called once when it is over, with what it failed with
   */
  receive(number: number, credit: number, ended: (failure: unknown) => void): Incoming {
    const port = this.#port;
    const upstream = {
      pull: (more: number) => port.send([Op.Pull, number, more]),
      stop: (reason: unknown) => port.send([Op.Stop, number, toErrorData(reason)]),
    };
    const incoming = new Incoming(upstream, (failure) => {
      this.#incoming.delete(number);
      ended(failure);
    });
    this.#incoming.get(number)?.fail(new Error(`stream ${number} was begun anew`));
    this.#incoming.set(number, incoming);
    if (credit > 0) this.#port.send([Op.Pull, number, credit]);
    return incoming;
  }

  /** @throws Error for a frame that is not about a stream */
  handle(frame: Frame): void {
    switch (frame[0]) {
      case Op.Pull:
        return this.#outgoing.get(frame[1])?.grant(frame[2]);
      case Op.Stop:
        return this.#outgoing.get(frame[1])?.stop(fromErrorData(frame[2]));
      case Op.Item:
        return this.#incoming.get(frame[1])?.push(frame[2]);
      case Op.End:
        return this.#incoming.get(frame[1])?.end();
      case Op.Fail:
        return this.#incoming.get(frame[1])?.fail(fromErrorData(frame[2]));
      default:
        throw new Error(`frame ${frame[0]} goes the other way`);
    }
  }

  /** The peer is gone: readers see `error`, sources are closed. */
  close(error: unknown): void {
    for (const incoming of [...this.#incoming.values()]) incoming.fail(error);
    for (const outgoing of [...this.#outgoing.values()]) outgoing.stop(error);
  }
}
