import { messageOf } from "../errors.ts";
import { isFrame } from "./frame-check.ts";
import { type Frame, Op } from "./frames.ts";
import { holds } from "./holds.ts";

/** Runs a function once at the end of the event-loop turn: what batches the frames of one turn. */
export type Defer = (flush: () => void) => void;

/** Told when a frame can't be cloned; gives what to send in its place. */
export type Refused = (error: unknown) => Frame | undefined;

/** Told what comes by a port, and of its end. */
export interface PortListener {
  /** What it throws breaks the port. */
  receive(frame: Frame): void;
  /** The peer's end has gone, where the platform tells. */
  closed(why: string): void;
  /** The peer lives, but what came was none of its frames: it may have been the answer to any call. */
  broken(why: string): void;
}

/** Frames after which a message is sent at once: the peer can start on them while this side makes more. */
const FULL = 32;
/** Many more items of streams: those of one stream that come together are dealt with together. */
const FULL_OF_ITEMS = 256;

/**
 * Sends frames over a port, all of one event-loop turn in one message: a message costs far more than what is
 * in it (1.6 times the calls a second, measured on Node).
 */
export class FramePort {
  readonly #port: MessagePort;
  readonly #defer: Defer;
  #frames: Frame[] = [];
  #transfer: Transferable[] = [];
  #refused: Refused[] = [];
  #open = true;

  constructor(port: MessagePort, defer: Defer) {
    this.#port = port;
    this.#defer = defer;
  }

  /** Starts receiving. Nothing more is received from a port that is broken. */
  listen({ receive, closed, broken }: PortListener): void {
    let trusted = true;
    const distrust = (why: string) => {
      trusted = false;
      broken(why);
    };
    this.#port.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (!trusted) return;
      try {
        for (const frame of data as Iterable<unknown>) {
          if (!isFrame(frame)) return distrust("what came was no frame of a call channel");
          receive(frame);
        }
      } catch (error) {
        distrust(`a frame could not be understood: ${messageOf(error)}`);
      }
    });
    this.#port.addEventListener("messageerror", () => distrust("a message could not be read"));
    this.#port.addEventListener("close", () => closed("the other side closed its port"));
    this.#port.start();
  }

  send(frame: Frame, transfer?: Transferable[], refused?: Refused): void {
    if (!this.#open) return;
    if (this.#frames.length === 0) this.#defer(this.#flush);
    this.#frames.push(frame);
    if (transfer) this.#transfer.push(...transfer);
    if (refused) this.#refused[this.#frames.length - 1] = refused;
    const full = frame[0] === Op.Item ? FULL_OF_ITEMS : FULL;
    if (this.#frames.length >= full) this.#flush();
  }

  close(): void {
    if (!this.#open) return;
    this.#flush();
    this.#open = false;
    this.#port.close();
  }

  readonly #flush = (): void => {
    const frames = this.#frames;
    const transfer = this.#transfer;
    const refused = this.#refused;
    if (frames.length === 0) return;
    this.#frames = [];
    this.#transfer = [];
    this.#refused = [];
    try {
      this.#port.postMessage(frames, transfer);
    } catch {
      this.#sendOneByOne(frames, [...new Set(transfer)], refused);
    }
  };

  /** One frame of the batch can't be cloned: only that one may fail. */
  #sendOneByOne(
    frames: readonly Frame[],
    transfer: Transferable[],
    refused: readonly (Refused | undefined)[],
  ): void {
    frames.forEach((frame, index) => {
      try {
        // A list names everything its message moves, so each message gets what its own frame holds.
        this.#port.postMessage(
          [frame],
          transfer.filter((item) => holds(frame, item)),
        );
      } catch (error) {
        // In its place: what follows may only make sense after it.
        const instead = refused[index]?.(error);
        if (instead) this.#port.postMessage([instead]);
      }
    });
  }
}
