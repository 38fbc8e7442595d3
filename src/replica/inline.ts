import type { AutoscalingStats } from "../autoscale/policy.ts";
import { Cancellation } from "../cancellation.ts";
import { cancelled } from "../cancelled.ts";
import { ServeError } from "../errors.ts";
import type { Place } from "../router/queue.ts";
import type { MetricsSnapshot } from "../telemetry/snapshot.ts";
import type { PortConnection } from "./broker.ts";
import { ChannelServer } from "./channel-server.ts";
import { ChannelServers } from "./channel-servers.ts";
import { Closing } from "./closing.ts";
import type { Execution } from "./executor.ts";
import type { InlinePlatform } from "./inline-spawner.ts";
import type { Source } from "./iteration.ts";
import { notSendable } from "./not-sendable.ts";
import { type HandleFor, Parcel, unpack } from "./parcel.ts";
import type { CallReply, CallRequest, CloseReason, ReplicaSettings, Vitals } from "./protocol.ts";
import { cloneOf, relay } from "./relay.ts";
import type { Replica } from "./replica.ts";
import type { SlotHolder } from "./slots.ts";

/**
 * A replica in its caller's own thread. Arguments and results are cloned all the same, so code behaves as it
 * does over a boundary.
 */
export class InlineConnection implements PortConnection, SlotHolder {
  kept = 0;
  readonly replica: Replica;
  readonly #handleFor: HandleFor;
  readonly #platform: Pick<InlinePlatform, "defer" | "keepAlive" | "hold">;
  /** What to break off when the replica is stopped. */
  readonly #running = new Set<(death: ServeError) => void>();
  readonly #closing = new Closing();
  readonly #servers = new ChannelServers();
  #death: ServeError | undefined;

  constructor(
    replica: Replica,
    handleFor: HandleFor,
    platform: Pick<InlinePlatform, "defer" | "keepAlive" | "hold">,
  ) {
    this.replica = replica;
    this.#handleFor = handleFor;
    this.#platform = platform;
  }

  get replicaId(): string {
    return this.replica.replicaId;
  }

  get models(): ReadonlySet<string> {
    return this.replica.models.ids;
  }

  get room(): number {
    return this.replica.batches.room;
  }

  async call(
    request: CallRequest,
    cancellation: Cancellation,
    reserved: boolean,
  ): Promise<CallReply> {
    if (this.#death) return { type: "gone", args: request.args };
    if (!this.replica.admit(this, reserved)) {
      return { type: this.replica.draining ? "gone" : "busy", args: request.args };
    }
    const inner = new Cancellation(cancellation.deadline);
    const { promise, reject } = Promise.withResolvers<never>();
    const end = (death: ServeError) => {
      inner.cancel(death);
      reject(death);
    };
    this.#running.add(end);
    cancellation.listener = (reason) => {
      inner.cancel(reason);
      reject(cancelled(this.replicaId, reason));
    };
    try {
      return await Promise.race([this.#execute(request, cancellation, inner), promise]);
    } finally {
      this.#running.delete(end);
    }
  }

  slot(place: Place, granted: () => void): void {
    this.replica.slots.wait(this, place, () => {
      if (!this.#death) granted();
    });
  }

  release(): void {
    this.replica.slots.giveBack(this);
  }

  whenClosed(listener: (reason: CloseReason) => void): void {
    this.#closing.whenClosed(listener);
  }

  async open(caller: string): Promise<MessagePort> {
    if (this.#death) throw this.#death;
    const { port1, port2 } = new MessageChannel();
    const server = new ChannelServer(this.replica, port1, this.#platform.defer, this.#handleFor);
    this.#servers.add(caller, server);
    this.whenClosed(() => port1.close());
    return port2;
  }

  reconfigure(settings: ReplicaSettings): Promise<void> {
    return this.replica.reconfigure(settings);
  }

  get needsChecks(): boolean {
    return this.replica.hasCheck;
  }

  check(): Promise<void> {
    return this.replica.check();
  }

  get ongoing(): number {
    return this.replica.slots.running;
  }

  /** Whoever reads this runs in the same thread, so no call blocks it. */
  vitals(): Vitals {
    return { ...this.replica.slots.vitals, utilization: 0 };
  }

  async metrics(): Promise<MetricsSnapshot> {
    return this.replica.metrics();
  }

  autoscalingStats(): Promise<AutoscalingStats> {
    return this.replica.autoscalingStats();
  }

  callerGone(caller: string): void {
    this.#servers.callerGone(caller);
  }

  async drain(): Promise<void> {
    await this.replica.drain();
    await this.#servers.goodbye();
  }

  /** JavaScript of this thread can't be killed: it runs on, but nobody hears of it any more. */
  async stop(): Promise<void> {
    if (this.#death) return;
    const message = `${this.replicaId}: the replica died while the call ran (it was stopped)`;
    const death = new ServeError("REPLICA_DIED", message);
    this.#death = death;
    for (const end of [...this.#running]) end(death);
    this.#closing.close({ expected: true, message: "it was stopped" });
  }

  async #execute(
    request: CallRequest,
    cancellation: Cancellation,
    inner: Cancellation,
  ): Promise<CallReply> {
    const letGo = this.#platform.keepAlive();
    try {
      const execution = await this.replica.run(request, () => this.#receive(request), inner);
      const finish = () => {
        execution.finish();
        letGo();
      };
      const { batchWaitMs } = execution;
      if (batchWaitMs !== undefined) request.batched?.(batchWaitMs);
      return this.#hand(request.method, { ...execution, finish }, cancellation, inner);
    } catch (error) {
      letGo();
      throw error;
    }
  }

  #receive({ args, method }: CallRequest): unknown[] {
    try {
      return args.map((value) =>
        value instanceof Parcel ? unpack(value, this.#handleFor) : cloneOf(value),
      );
    } catch (error) {
      throw notSendable(`${this.replicaId}: an argument of ${method}`, error);
    }
  }

  #hand(
    method: string,
    { value, parcel, finish }: Execution,
    cancellation: Cancellation,
    inner: Cancellation,
  ): CallReply {
    if (parcel?.source) return this.#stream(parcel, finish, cancellation, inner);
    finish();
    try {
      const handed = parcel ? unpack(parcel, this.#handleFor) : cloneOf(value);
      return { type: "done", value: handed, ended: undefined };
    } catch (error) {
      throw notSendable(`${this.replicaId}: the result of ${method}`, error);
    }
  }

  #stream(
    { kind, data, source }: Parcel,
    finish: () => void,
    cancellation: Cancellation,
    inner: Cancellation,
  ): CallReply {
    const over = Promise.withResolvers<unknown>();
    const abort = (error: unknown) => incoming.abort(error);
    const sent = () => {
      this.#running.delete(abort);
      finish();
    };
    const incoming = relay(source as Source, sent, over.resolve);
    this.#running.add(abort);
    void this.#platform.hold(over.promise);
    cancellation.listener = (reason) => {
      inner.cancel(reason);
      incoming.abort(cancelled(this.replicaId, reason));
    };
    const value = unpack(new Parcel(kind, data, incoming), this.#handleFor);
    return { type: "done", value, ended: over.promise };
  }
}
