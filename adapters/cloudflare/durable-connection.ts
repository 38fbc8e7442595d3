import { waitUntil } from "cloudflare:workers";
import type { Cancellation } from "../../src/cancellation.ts";
import { fromErrorData, toErrorData } from "../../src/error-data.ts";
import { messageOf, ServeError } from "../../src/errors.ts";
import type { ReplicaConnection } from "../../src/platform.ts";
import { Closing } from "../../src/replica/closing.ts";
import { whenEnded } from "../../src/replica/iteration.ts";
import { type HandleFor, Parcel, unpack } from "../../src/replica/parcel.ts";
import type {
  CallReply,
  CallRequest,
  CloseReason,
  ReplicaSpec,
} from "../../src/replica/protocol.ts";
import { cancelled } from "../../src/router/cancelled.ts";
import { fromWire, type ReplicaRpc, toWire, type WireValue } from "./rpc.ts";

/** Finds a replica's object anew: a stub must not outlive the request it was made in, nor an exception. */
export type Locate = () => ReplicaRpc;

/** A replica in a Durable Object, as an isolate reaches it. */
export class DurableConnection implements ReplicaConnection {
  readonly replicaId: string;
  readonly #spec: ReplicaSpec;
  readonly #exportName: string;
  readonly #locate: Locate;
  readonly #handleFor: HandleFor;
  readonly #closing = new Closing();
  readonly #caller = crypto.randomUUID();
  #lastId = 0;

  constructor(spec: ReplicaSpec, exportName: string, locate: Locate, handleFor: HandleFor) {
    this.replicaId = spec.replicaId;
    this.#spec = spec;
    this.#exportName = exportName;
    this.#locate = locate;
    this.#handleFor = handleFor;
  }

  /** @throws what the user's code threw */
  async start(): Promise<void> {
    const failure = await this.#locate().start(this.#spec, this.#exportName);
    if (failure) throw fromErrorData(failure.error);
  }

  async call(
    request: CallRequest,
    cancellation: Cancellation,
    reserved: boolean,
  ): Promise<CallReply> {
    const { args } = request;
    if (this.#closing.closed) return { type: "gone", args };
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

  slot(since: number, granted: () => void): void {
    const waiting = this.#locate().slot(this.#caller, since);
    // An object that dies is found dead by the calls that run there.
    waitUntil(waiting.then(granted, () => {}));
  }

  release(): void {
    waitUntil(
      this.#locate()
        .release(this.#caller)
        .catch(() => {}),
    );
  }

  whenClosed(listener: (reason: CloseReason) => void): void {
    this.#closing.whenClosed(listener);
  }

  async drain(): Promise<void> {
    await this.#locate().drain();
  }

  async stop(): Promise<void> {
    // The abort takes the answer with it.
    await this.#locate()
      .abort()
      .catch(() => {});
    this.#closing.close({ expected: true, message: "it was stopped" });
  }

  async #send(
    id: number,
    request: CallRequest,
    cancellation: Cancellation,
    reserved: boolean,
  ): Promise<CallReply> {
    const { method, requestId, createdAt, http, args } = request;
    const broken = (error: unknown) => {
      throw this.#broken(error, method);
    };
    const streams = args.some((value) => value instanceof Parcel && value.source);
    if (streams && !reserved && !(await this.#keep().catch(broken))) return { type: "busy", args };
    const call = {
      caller: this.#caller,
      id,
      method,
      args: args.map(wireArgument),
      requestId,
      createdAt,
      http,
      reserved: reserved || streams,
    };
    const reply = await this.#locate().call(this.#spec, this.#exportName, call).catch(broken);
    if ("refused" in reply) return { type: reply.refused, args };
    if ("error" in reply) throw fromErrorData(reply.error);
    return this.#done(id, reply.value, cancellation);
  }

  #keep(): Promise<boolean> {
    return this.#locate().keep(this.#spec, this.#exportName, this.#caller);
  }

  #done(id: number, wire: WireValue, cancellation: Cancellation): CallReply {
    const parcel = fromWire(wire, (error) => this.#broken(error, "a stream"));
    if (!parcel?.source) {
      const value = parcel ? unpack(parcel, this.#handleFor) : wire.data;
      return { type: "done", value, ended: undefined };
    }
    const over = Promise.withResolvers<void>();
    const left = Promise.withResolvers<never>();
    left.promise.catch(() => {});
    cancellation.listener = (reason) => {
      waitUntil(this.#cancel(id, reason));
      left.reject(cancelled(this.replicaId, reason));
    };
    const source = parcel.source as AsyncIterator<unknown>;
    const steps: AsyncIterator<unknown> = {
      next: () => Promise.race([source.next(), left.promise]),
      return: async (value) => (await source.return?.(value)) ?? { done: true, value },
    };
    const tracked = new Parcel(parcel.kind, parcel.data, whenEnded(steps, over.resolve));
    return { type: "done", value: unpack(tracked, this.#handleFor), ended: over.promise };
  }

  async #cancel(id: number, reason: unknown): Promise<void> {
    await this.#locate()
      .cancel(this.#caller, id, toErrorData(reason))
      .catch(() => {});
  }

  /** What RPC itself throws: a value that can't be cloned, or the object's death. */
  #broken(error: unknown, method: string): ServeError {
    if (isCloneError(error)) {
      const message = `${this.replicaId}: an argument or the result of ${method} can't be sent: ${messageOf(error)}`;
      return new ServeError("NOT_CLONEABLE", message, { cause: error });
    }
    const message = messageOf(error);
    this.#closing.close({ expected: false, message });
    const died = `${this.replicaId}: the replica died while the call ran (${message})`;
    return new ServeError("REPLICA_DIED", died);
  }
}

function wireArgument(value: unknown): WireValue {
  return toWire(value, value instanceof Parcel ? value : undefined);
}

function isCloneError(error: unknown): boolean {
  const { name, message } = error as Partial<Error>;
  return name === "DataCloneError" || /serializ/i.test(message ?? "");
}
