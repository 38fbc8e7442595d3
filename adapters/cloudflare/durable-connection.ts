import { waitUntil } from "cloudflare:workers";
import type { Cancellation } from "../../src/cancellation.ts";
import { cancelled } from "../../src/cancelled.ts";
import { fromErrorData, toErrorData } from "../../src/error-data.ts";
import { messageOf, ServeError } from "../../src/errors.ts";
import type { ReplicaConnection } from "../../src/platform.ts";
import { Closing } from "../../src/replica/closing.ts";
import { returningAfter } from "../../src/replica/iteration.ts";
import { type HandleFor, Parcel, unpack } from "../../src/replica/parcel.ts";
import type {
  CallReply,
  CallRequest,
  CloseReason,
  ReplicaSettings,
  ReplicaSpec,
  Vitals,
} from "../../src/replica/protocol.ts";
import { relay } from "../../src/replica/relay.ts";
import type { Place } from "../../src/router/queue.ts";
import type { MetricsSnapshot } from "../../src/telemetry/snapshot.ts";
import type { CloudflareModule } from "./code-names.ts";
import { fromWire, type ReplicaRpc, toWire, type WireValue } from "./rpc.ts";

/** Finds a replica's object anew: a stub must not outlive the request it was made in, nor an exception. */
export type Locate = () => ReplicaRpc;

/** A replica in a Durable Object, as an isolate reaches it. */
export class DurableConnection implements ReplicaConnection {
  readonly replicaId: string;
  #spec: ReplicaSpec;
  readonly #code: CloudflareModule;
  readonly #locate: Locate;
  readonly #handleFor: HandleFor;
  readonly #closing = new Closing();
  readonly #caller = crypto.randomUUID();
  readonly needsChecks: boolean;
  #lastId = 0;

  /** @param needsChecks false when the class has no `checkHealth` */
  constructor(
    spec: ReplicaSpec,
    code: CloudflareModule,
    locate: Locate,
    handleFor: HandleFor,
    needsChecks: boolean,
  ) {
    this.replicaId = spec.replicaId;
    this.#spec = spec;
    this.#code = code;
    this.#locate = locate;
    this.#handleFor = handleFor;
    this.needsChecks = needsChecks;
  }

  /** @throws what the user's code threw */
  async start(): Promise<void> {
    const failure = await this.#locate().start(this.#spec, this.#code);
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

  slot(place: Place, granted: () => void): void {
    const waiting = this.#locate().slot(this.#caller, place);
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

  async reconfigure(settings: ReplicaSettings): Promise<void> {
    const spec = { ...this.#spec, ...settings };
    const failure = await this.#locate().reconfigure(spec, this.#code);
    if (failure) throw fromErrorData(failure.error);
    // What an evicted object starts with again.
    this.#spec = spec;
  }

  async check(): Promise<void> {
    const failure = await this.#locate().check(this.#spec, this.#code);
    if (failure) throw fromErrorData(failure.error);
  }

  /** What other isolates send there can't be seen from here. */
  readonly ongoing = 0;

  /** An object's event loop is its isolate's: nobody outside can see it blocked. */
  vitals(): Vitals {
    return { ongoing: 0, turns: 0, utilization: 0 };
  }

  /** Its object may serve many isolates, and each would show its counts as their own. */
  async metrics(): Promise<MetricsSnapshot> {
    return [];
  }

  async drain(): Promise<void> {
    await this.#locate().drain();
  }

  async stop(): Promise<void> {
    await this.#locate()
      .retire()
      .catch(() => {});
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
    const { method, requestId, priority, http, args } = request;
    const broken = (error: unknown) => {
      throw this.#broken(error);
    };
    const streams = args.some((value) => value instanceof Parcel && value.source);
    if (streams && !reserved) {
      const kept = await this.#keep().catch(broken);
      if (kept !== "kept") return { type: kept, args };
    }
    const call = {
      caller: this.#caller,
      id,
      method,
      args: this.#encode(args, method),
      requestId,
      deadline: cancellation.deadline,
      priority,
      http,
      reserved: reserved || streams,
    };
    const reply = await this.#locate().call(this.#spec, this.#code, call).catch(broken);
    if ("refused" in reply) return { type: reply.refused, args };
    if ("error" in reply) throw fromErrorData(reply.error);
    return this.#done(id, reply.value, cancellation);
  }

  #keep(): ReturnType<ReplicaRpc["keep"]> {
    return this.#locate().keep(this.#spec, this.#code, this.#caller);
  }

  #done(id: number, wire: WireValue, cancellation: Cancellation): CallReply {
    const value = fromWire(wire, (error) => this.#broken(error));
    if (!(value instanceof Parcel)) return { type: "done", value, ended: undefined };
    const { kind, data, source } = value;
    if (!source) return { type: "done", value: unpack(value, this.#handleFor), ended: undefined };
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
    const streamed = unpack(new Parcel(kind, data, incoming), this.#handleFor);
    return { type: "done", value: streamed, ended: over.promise };
  }

  async #cancel(id: number, reason: unknown): Promise<void> {
    await this.#locate()
      .cancel(this.#caller, id, toErrorData(reason))
      .catch(() => {});
  }

  /** RPC itself fails only when the object dies: users' errors come as data, values are cloned before. */
  #broken(error: unknown): ServeError {
    const message = messageOf(error);
    this.#closing.close({ expected: false, message });
    const died = `${this.replicaId}: the replica died while the call ran (${message})`;
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
