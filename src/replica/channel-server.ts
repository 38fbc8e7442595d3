import { Cancellation } from "../cancellation.ts";
import { fromErrorData, toErrorData } from "../error-data.ts";
import { ServeError } from "../errors.ts";
import { transferList } from "../transfer.ts";
import { buffersIn } from "./encoding.ts";
import type { Execution } from "./executor.ts";
import { type Defer, FramePort } from "./frame-port.ts";
import { type Frame, HTTP, MOVED, Op, RESERVED, readTrail, type Special, TIMED } from "./frames.ts";
import { WINDOW } from "./incoming.ts";
import { notSendable } from "./not-sendable.ts";
import { Numbered } from "./numbered.ts";
import { type HandleFor, Parcel, unpack } from "./parcel.ts";
import type { Replica } from "./replica.ts";
import type { SlotHolder } from "./slots.ts";
import { Streams } from "./streams.ts";

type CallFrame = Extract<Frame, readonly [typeof Op.Call, ...unknown[]]>;
type SlotFrame = Extract<Frame, readonly [typeof Op.Slot, ...unknown[]]>;

/** The replica's end of a call channel: one for each of its callers. */
export class ChannelServer implements SlotHolder {
  kept = 0;
  readonly #replica: Replica;
  readonly #port: FramePort;
  readonly #streams: Streams;
  readonly #handleFor: HandleFor;
  readonly #parted = Promise.withResolvers<void>();
  readonly #running = new Numbered<Cancellation>();
  readonly #unwatchModels: () => void;
  readonly #unwatchBatches: () => void;

  constructor(replica: Replica, port: MessagePort, defer: Defer, handleFor: HandleFor) {
    this.#replica = replica;
    this.#port = new FramePort(port, defer);
    this.#streams = new Streams(this.#port);
    this.#handleFor = handleFor;
    const close = (message: string) => this.close(message);
    this.#port.listen({
      receive: (frame) => this.#receive(frame),
      closed: close,
      broken: close,
    });
    const tell = (modelId: string, held: boolean) => this.#port.send([Op.Model, modelId, held]);
    for (const modelId of replica.models.ids) tell(modelId, true);
    this.#unwatchModels = replica.models.watch(tell);
    let told = 0;
    this.#unwatchBatches = replica.batches.watch((room) => {
      if (room !== told) this.#port.send([Op.Room, room]);
      told = room;
    });
  }

  /** Resolves when the caller has all its answers, or is gone. Call it once the replica runs nothing any more. */
  goodbye(): Promise<void> {
    this.#port.send([Op.Goodbye]);
    return this.#parted.promise;
  }

  #receive(frame: Frame): void {
    switch (frame[0]) {
      case Op.Call:
        return this.#call(frame);
      case Op.Cancel:
        return this.#running.get(frame[1])?.cancel(fromErrorData(frame[2]));
      case Op.Slot:
        return this.#wait(frame);
      case Op.Release:
        return this.#replica.slots.giveBack(this);
      case Op.Goodbye:
        return this.#parted.resolve();
      default:
        return this.#streams.handle(frame);
    }
  }

  #wait([, ticket, priority, createdAt]: SlotFrame): void {
    const granted = () => this.#port.send([Op.Granted, ticket]);
    this.#replica.slots.wait(this, { priority, createdAt }, granted);
  }

  #call(frame: CallFrame): void {
    const [, id, method, args, specials, requestId, deadline, priority, flags, ...trail] = frame;
    if (this.#running.get(id)) throw new Error(`call ${id} runs already`);
    if (!this.#replica.admit(this, (flags & RESERVED) !== 0)) return this.#refuse(frame);
    const cancellation = new Cancellation(deadline);
    this.#running.put(id, cancellation);
    const receive = () => (specials === 0 ? args : this.#decode(args, specials));
    const { origin, affinity } = readTrail(trail, flags);
    const request = {
      method,
      requestId,
      priority,
      http: (flags & HTTP) !== 0,
      timed: (flags & TIMED) !== 0,
      origin,
      affinity,
    };
    this.#replica.run(request, receive, cancellation).then(
      (execution) => this.#answer(id, method, execution),
      (error) => this.#fail(id, error),
    );
  }

  #refuse([, id, , args, specials, , , , flags]: CallFrame): void {
    const gone = this.#replica.draining;
    if ((flags & MOVED) === 0) return this.#port.send([Op.Refused, id, gone, 0]);
    const buffers = buffersIn([args, specials]);
    this.#port.send([Op.Refused, id, gone, [args, specials]], buffers);
  }

  #decode(args: readonly unknown[], specials: readonly (Special | 0)[]): unknown[] {
    return args.map((value, index) => {
      const special = specials[index];
      if (!special) return value;
      const [kind, data, stream] = special;
      const source = stream === 0 ? undefined : this.#streams.receive(stream, WINDOW, () => {});
      return unpack(new Parcel(kind, data, source), this.#handleFor);
    });
  }

  #answer(id: number, method: string, { value, parcel, batchWaitMs, finish }: Execution): void {
    if (batchWaitMs !== undefined) this.#port.send([Op.Waited, id, batchWaitMs]);
    if (!parcel?.source) {
      this.#running.take(id);
      finish();
    }
    const special: Special | 0 = parcel
      ? [parcel.kind, parcel.data, parcel.source ? this.#stream(id, parcel, finish) : 0]
      : 0;
    const moved = typeof value === "object" && value !== null ? transferList(value) : undefined;
    this.#port.send([Op.Value, id, parcel ? undefined : value, special], moved, (error) => {
      const refused = notSendable(`${this.#replica.replicaId}: the result of ${method}`, error);
      return [Op.Error, id, toErrorData(refused)];
    });
  }

  #stream(id: number, parcel: Parcel, finish: () => void): number {
    return this.#streams.send(parcel.source as NonNullable<Parcel["source"]>, WINDOW, () => {
      this.#running.take(id);
      finish();
    });
  }

  #fail(id: number, error: unknown): void {
    this.#running.take(id);
    this.#port.send([Op.Error, id, toErrorData(error)]);
  }

  /** The caller is gone: its calls are cancelled, its slots go to others. */
  close(message: string): void {
    this.#parted.resolve();
    this.#unwatchModels();
    this.#unwatchBatches();
    this.#replica.slots.forget(this);
    const reason = new ServeError("CANCELLED", `the caller is gone: ${message}`);
    for (const cancellation of this.#running.values()) cancellation.cancel(reason);
    this.#streams.close(reason);
    this.#port.close();
  }
}
