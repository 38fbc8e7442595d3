import type { Cancellation } from "../cancellation.ts";
import { cancelled } from "../cancelled.ts";
import { fromErrorData, toErrorData } from "../error-data.ts";
import { ServeError } from "../errors.ts";
import type { Place } from "../router/queue.ts";
import { Closing } from "./closing.ts";
import { encodeArguments, restoreArguments } from "./encoding.ts";
import { type Defer, FramePort } from "./frame-port.ts";
import {
  type Frame,
  HTTP,
  MOVED,
  NAMED,
  Op,
  RESERVED,
  type Returned,
  type Special,
  TIMED,
  trailOf,
} from "./frames.ts";
import { Incoming } from "./incoming.ts";
import { notSendable } from "./not-sendable.ts";
import { Numbering } from "./numbered.ts";
import { type HandleFor, Parcel, unpack } from "./parcel.ts";
import type { CallReply, CallRequest, CloseReason, ReplicaCaller } from "./protocol.ts";
import { Streams } from "./streams.ts";

interface Pending {
  /** Which of the calls ever made it is, from 1. */
  readonly order: number;
  readonly args: readonly unknown[];
  /** Streams of the arguments. */
  readonly specials: readonly (Special | 0)[] | 0;
  readonly cancellation: Cancellation;
  readonly batched: CallRequest["batched"];
  readonly resolve: (reply: CallReply) => void;
  readonly reject: (error: unknown) => void;
}

/** How long the reason of a death may take to be known. */
const REASON_MS = 50;

const CALL_OVER = new ServeError("CANCELLED", "the call that this stream belonged to is over");

/**
 * The caller's end of a call channel to one replica over a port: an id map, the frames of one turn in one
 * message, cancel by id. When the replica dies every pending call rejects.
 */
export class CallChannel implements ReplicaCaller {
  readonly replicaId: string;
  readonly models = new Set<string>();
  room = 0;
  readonly #port: FramePort;
  readonly #streams: Streams;
  readonly #handleFor: HandleFor;
  #pending = new Numbering<Pending>();
  readonly #closing = new Closing();
  readonly #slots = new Map<number, () => void>();
  #lastTicket = 0;
  #made = 0;
  #newestAnswered = 0;
  #death: ServeError | undefined;
  #leaving = false;

  /** @param broken told when the replica sends what nobody can understand: it lives, but can't be called any more */
  constructor(
    replicaId: string,
    port: MessagePort,
    defer: Defer,
    handleFor: HandleFor,
    broken: (why: string) => void = () => {},
  ) {
    this.replicaId = replicaId;
    this.#port = new FramePort(port, defer);
    this.#streams = new Streams(this.#port);
    this.#handleFor = handleFor;
    this.#port.listen({
      receive: (frame) => this.#receive(frame),
      closed: (message) => this.#portClosed(message),
      broken: (message) => {
        this.close({ expected: false, message });
        broken(message);
      },
    });
  }

  call(request: CallRequest, cancellation: Cancellation, reserved: boolean): Promise<CallReply> {
    if (this.#death || this.#leaving) return Promise.resolve({ type: "gone", args: request.args });
    return new Promise((resolve, reject) => {
      const { args, specials, moved } = encodeArguments(request.args, this.#streams);
      this.#made += 1;
      const order = this.#made;
      const { batched } = request;
      const pending = {
        order,
        args: request.args,
        specials,
        cancellation,
        batched,
        resolve,
        reject,
      };
      const id = this.#pending.add(pending);
      const { method, requestId, priority, http, timed, origin, affinity } = request;
      const { deadline } = cancellation;
      const flags =
        (http ? HTTP : 0) |
        (reserved ? RESERVED : 0) |
        (moved ? MOVED : 0) |
        (timed ? TIMED : 0) |
        (affinity.modelId === undefined ? 0 : NAMED);
      const frame: Frame = [
        Op.Call,
        id,
        method,
        args,
        specials,
        requestId,
        deadline,
        priority,
        flags,
        ...trailOf(origin, affinity.modelId),
      ];
      this.#port.send(frame, moved, (error) => this.#refuse(id, method, error));
      cancellation.listener = (reason) => this.#cancel(id, reason);
    });
  }

  /** Calls that were answered. */
  get answered(): number {
    return this.#pending.taken;
  }

  /** Calls that were ever made. */
  get made(): number {
    return this.#made;
  }

  /** Which of them is the newest that the replica has answered. */
  get newestAnswered(): number {
    return this.#newestAnswered;
  }

  /** Calls that have no answer yet. */
  get pending(): number {
    return this.#pending.size;
  }

  slot({ priority, createdAt }: Place, granted: () => void): void {
    this.#lastTicket += 1;
    this.#slots.set(this.#lastTicket, granted);
    this.#port.send([Op.Slot, this.#lastTicket, priority, createdAt]);
  }

  release(): void {
    this.#port.send([Op.Release]);
  }

  whenClosed(listener: (reason: CloseReason) => void): void {
    this.#closing.whenClosed(listener);
  }

  /** The replica is gone: whatever waits for it rejects. */
  close(reason: CloseReason): void {
    if (this.#death) return;
    const message = `${this.replicaId}: the replica died while the call ran (${reason.message})`;
    const death = new ServeError("REPLICA_DIED", message);
    this.#death = death;
    this.#slots.clear();
    for (const pending of this.#pending.values()) pending.reject(death);
    this.#pending = new Numbering();
    this.#streams.close(death);
    this.#port.close();
    this.#closing.close(reason);
  }

  /** The port tells of a death before those who know its reason do: new calls go elsewhere, the rest wait for it. */
  #portClosed(message: string): void {
    this.#leaving = true;
    setTimeout(() => this.close({ expected: false, message }), REASON_MS);
  }

  #cancel(id: number, reason: unknown): void {
    const pending = this.#settle(id);
    if (!pending) return;
    this.#port.send([Op.Cancel, id, toErrorData(reason)]);
    pending.reject(cancelled(this.replicaId, reason));
    this.#endArguments(pending);
  }

  /** The call is over: what it has not read of its arguments' streams is not wanted any more. */
  #endArguments({ specials }: Pending): void {
    if (specials === 0) return;
    for (const special of specials) {
      if (special && special[2] !== 0) this.#streams.drop(special[2], CALL_OVER);
    }
  }

  /** The platform can't clone an argument. */
  #refuse(id: number, method: string, error: unknown): undefined {
    this.#settle(id)?.reject(notSendable(`${this.replicaId}: an argument of ${method}`, error));
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#take(id);
    if (pending) this.#pending.free(id);
    return pending;
  }

  #answered(id: number): Pending | undefined {
    const pending = this.#settle(id);
    if (pending) this.#newestAnswered = Math.max(this.#newestAnswered, pending.order);
    return pending;
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.take(id);
    if (this.#leaving) this.#sayGoodbye();
    return pending;
  }

  /** Only when nothing is on its way any more may the replica end: what it sent last could be lost. */
  #sayGoodbye(): void {
    this.#leaving = true;
    if (this.#pending.size === 0) this.#port.send([Op.Goodbye]);
  }

  #receive(frame: Frame): void {
    switch (frame[0]) {
      case Op.Value:
        return this.#value(frame[1], frame[2], frame[3]);
      case Op.Error:
        return this.#failed(frame[1], fromErrorData(frame[2]));
      case Op.Refused:
        return this.#refused(frame[1], frame[2] ? "gone" : "busy", frame[3]);
      case Op.Granted: {
        const granted = this.#slots.get(frame[1]);
        this.#slots.delete(frame[1]);
        return granted?.();
      }
      case Op.Goodbye:
        return this.#sayGoodbye();
      case Op.Model:
        if (frame[2]) this.models.add(frame[1]);
        else this.models.delete(frame[1]);
        return;
      case Op.Waited:
        return this.#pending.get(frame[1])?.batched?.(frame[2]);
      case Op.Room:
        this.room = frame[1];
        return;
      default:
        return this.#streams.handle(frame);
    }
  }

  #failed(id: number, error: unknown): void {
    const pending = this.#answered(id);
    if (!pending) return;
    pending.reject(error);
    this.#endArguments(pending);
  }

  #refused(id: number, type: "gone" | "busy", returned: Returned | 0): void {
    const pending = this.#answered(id);
    if (!pending) return;
    for (const special of pending.specials || []) {
      if (special) this.#streams.withdraw(special[2]);
    }
    pending.resolve({ type, args: restoreArguments(pending.args, returned) });
  }

  #value(id: number, value: unknown, special: Special | 0): void {
    if (special !== 0 && special[2] !== 0) return this.#streamed(id, special);
    const pending = this.#answered(id);
    if (!pending) return;
    this.#endArguments(pending);
    if (special === 0) return pending.resolve({ type: "done", value, ended: undefined });
    const [kind, data] = special;
    this.#unpacked(pending, new Parcel(kind, data), undefined);
  }

  /** The call goes on under its number until its stream has ended. */
  #streamed(id: number, [kind, data, stream]: Special): void {
    const pending = this.#take(id);
    let end: (failure: unknown) => void = () => {};
    const ended = new Promise<unknown>((resolve) => {
      end = resolve;
    });
    const source = this.#streams.receive(stream, 0, (failure) => {
      // A streamed answer may go on reading what was sent with the call: an echo does.
      if (pending) {
        this.#pending.free(id);
        this.#endArguments(pending);
      }
      end(failure);
    });
    if (!pending) return source.abort(undefined);
    pending.cancellation.listener = (reason) => {
      this.#port.send([Op.Cancel, id, toErrorData(reason)]);
      source.abort(cancelled(this.replicaId, reason));
    };
    // The frames of a short body come in the same message as this one: look once all are in.
    queueMicrotask(() => this.#unpacked(pending, new Parcel(kind, data, source), ended));
  }

  #unpacked(pending: Pending, parcel: Parcel, ended: Promise<unknown> | undefined): void {
    const whole = parcel.source instanceof Incoming ? parcel.source.complete : undefined;
    try {
      const value = unpack(parcel, this.#handleFor, whole);
      pending.resolve({ type: "done", value, ended: whole ? undefined : ended });
    } catch (error) {
      void parcel.source?.return?.();
      pending.reject(error);
    }
  }
}
