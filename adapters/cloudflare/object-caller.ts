import { waitUntil } from "cloudflare:workers";
import type { Cancellation } from "../../src/cancellation.ts";
import { cancelled } from "../../src/cancelled.ts";
import { fromErrorData, toErrorData } from "../../src/error-data.ts";
import { messageOf, ServeError } from "../../src/errors.ts";
import { Closing } from "../../src/replica/closing.ts";
import { returningAfter } from "../../src/replica/iteration.ts";
import { type HandleFor, Parcel, unpack } from "../../src/replica/parcel.ts";
import type {
  CallReply,
  CallRequest,
  CloseReason,
  ReplicaCaller,
} from "../../src/replica/protocol.ts";
import { relay } from "../../src/replica/relay.ts";
import type { Place } from "../../src/router/queue.ts";
import type { ReplicaNamespace } from "./bindings.ts";
import type { ReplicaRpc } from "./replica-rpc.ts";
import { fromWire, toWire, type WireValue } from "./wire.ts";

/** How an isolate reaches objects. */
export interface ObjectEnvironment {
  replicas(): ReplicaNamespace;
  /** Makes the handles that are among results. */
  readonly handleFor: HandleFor;
}

/**
 * The way of one isolate to a replica in a Durable Object. It closes when the replica refuses calls for good. An object
 * that dies is no end: the platform starts it again for the next call.
 */
export class ObjectCaller implements ReplicaCaller {
  readonly replicaId: string;
  #models: ReadonlySet<string> = new Set();
  #room = 0;
  protected readonly closing = new Closing();
  readonly #environment: ObjectEnvironment;
  readonly #caller = crypto.randomUUID();
  #lastId = 0;

  constructor(replicaId: string, environment: ObjectEnvironment) {
    this.replicaId = replicaId;
    this.#environment = environment;
  }

  /** As it said when it answered last. */
  get models(): ReadonlySet<string> {
    return this.#models;
  }

  get room(): number {
    return this.#room;
  }

  async call(
    request: CallRequest,
    cancellation: Cancellation,
    reserved: boolean,
  ): Promise<CallReply> {
    // A slot that is kept there is honoured, and waited for, though the replica leaves.
    if (this.closing.closed && !reserved) return { type: "gone", args: request.args };
    this.#lastId += 1;
    const id = this.#lastId;
    const settled = this.#send(id, request, cancellation, reserved);
    // The call must settle, and give its slot back, even when its own client has gone.
    waitUntil(settled.catch(() => {}));
    const left = Promise.withResolvers<never>();
    cancellation.listener = (reason) => {
      waitUntil(this.#cancel(id, reason));
      left.reject(cancelled(this.replicaId, reason));
    };
    return Promise.race([settled, left.promise]);
  }

  slot(place: Place, granted: () => void): void {
    const waiting = this.object.slot(this.#caller, place).then(
      (answer) => (answer === "kept" ? granted() : this.gone()),
      // It died, and every place in line with it: it is started again with all its slots free.
      granted,
    );
    waitUntil(waiting);
  }

  release(): void {
    waitUntil(this.object.release(this.#caller).catch(() => {}));
  }

  whenClosed(listener: (reason: CloseReason) => void): void {
    this.closing.whenClosed(listener);
  }

  /** Found anew each time: a stub must not outlive the request it was made in, nor an exception. */
  protected get object(): ReplicaRpc {
    return this.#environment.replicas().getByName(this.replicaId);
  }

  protected gone(): void {
    this.closing.close({ expected: true, message: "it takes no calls any more" });
  }

  async #send(
    id: number,
    request: CallRequest,
    cancellation: Cancellation,
    reserved: boolean,
  ): Promise<CallReply> {
    const { method, requestId, priority, origin, http, timed = false, args, affinity } = request;
    const streams = args.some((value) => value instanceof Parcel && value.source);
    if (streams && !reserved) {
      const kept = await this.object.keep(this.#caller).catch(this.#died);
      if (kept !== "kept") return this.#refused(kept, args);
    }
    const reply = await this.object
      .call({
        caller: this.#caller,
        id,
        method,
        args: this.#encode(args, method),
        requestId,
        deadline: cancellation.deadline,
        priority,
        origin,
        http,
        timed,
        modelId: affinity.modelId,
        reserved: reserved || streams,
      })
      .catch(this.#died);
    if (reply.models) this.#models = new Set(reply.models);
    if (reply.room !== undefined) this.#room = reply.room;
    if ("refused" in reply) return this.#refused(reply.refused, args);
    if ("error" in reply) throw fromErrorData(reply.error);
    if (reply.batchWaitMs !== undefined) request.batched?.(reply.batchWaitMs);
    return this.#done(id, reply.value, cancellation);
  }

  #refused(type: "busy" | "gone", args: readonly unknown[]): CallReply {
    if (type === "gone") this.gone();
    return { type, args };
  }

  #done(id: number, wire: WireValue, cancellation: Cancellation): CallReply {
    const { handleFor } = this.#environment;
    const value = fromWire(wire, (error) => this.#death(error));
    if (!(value instanceof Parcel)) return { type: "done", value, ended: undefined };
    const { kind, data, source } = value;
    if (!source) return { type: "done", value: unpack(value, handleFor), ended: undefined };
    const over = Promise.withResolvers<unknown>();
    let told: Promise<void> | undefined;
    const incoming = relay(
      returningAfter(() => told, source),
      () => {},
      over.resolve,
    );
    cancellation.listener = (reason) => {
      told = this.#cancel(id, reason);
      waitUntil(told);
      incoming.abort(cancelled(this.replicaId, reason));
    };
    const streamed = unpack(new Parcel(kind, data, incoming), handleFor);
    return { type: "done", value: streamed, ended: over.promise };
  }

  async #cancel(id: number, reason: unknown): Promise<void> {
    await this.object.cancel(this.#caller, id, toErrorData(reason)).catch(() => {});
  }

  readonly #died = (error: unknown): never => {
    throw this.#death(error);
  };

  /** RPC itself fails only when the object dies: users' errors come as data, values are cloned before. */
  #death(error: unknown): ServeError {
    const died = `${this.replicaId}: the replica died while the call ran (${messageOf(error)})`;
    return new ServeError("REPLICA_DIED", died);
  }

  #encode(args: readonly unknown[], method: string): WireValue[] {
    try {
      return args.map((value) => toWire(value, () => {}));
    } catch (error) {
      const message = `${this.replicaId}: an argument of ${method} can't be sent: ${messageOf(error)}`;
      throw new ServeError("NOT_CLONEABLE", message, { cause: error });
    }
  }
}
