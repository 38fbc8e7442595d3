import type { AutoscalingStats } from "../../src/autoscale/policy.ts";
import type { Cancellation } from "../../src/cancellation.ts";
import type { ReplicaConnection } from "../../src/platform.ts";
import { Closing } from "../../src/replica/closing.ts";
import type { InlineConnection } from "../../src/replica/inline.ts";
import type {
  CallReply,
  CallRequest,
  CloseReason,
  ReplicaSettings,
  Vitals,
} from "../../src/replica/protocol.ts";
import type { Place } from "../../src/router/queue.ts";
import type { MetricsSnapshot } from "../../src/telemetry/snapshot.ts";
import type { ReplicaRegistry } from "./replica-registry.ts";

/** Starts a replica of the deployment in the controller's own object. @throws what the user's code throws */
export type StartHere = (settings: ReplicaSettings) => Promise<InlineConnection>;

/**
 * Stands for one inline replica of every isolate. Whatever the isolates are to run is run here first, once: what does
 * not start, or refuses its settings, never reaches them.
 */
export class InlineStandIn implements ReplicaConnection {
  readonly replicaId: string;
  readonly needsChecks = false;
  /** Isolates do not share models. */
  readonly models = new Set<string>();
  readonly room = 0;
  readonly ongoing = 0;
  readonly #startHere: StartHere;
  readonly #registry: ReplicaRegistry;
  readonly #closing = new Closing();
  #settings: ReplicaSettings;
  /** Made for the first call: what is tried may call what stands for another one. */
  #replica: Promise<InlineConnection> | undefined;

  constructor(
    replicaId: string,
    settings: ReplicaSettings,
    startHere: StartHere,
    registry: ReplicaRegistry,
  ) {
    this.replicaId = replicaId;
    this.#settings = settings;
    this.#startHere = startHere;
    this.#registry = registry;
  }

  /** @throws what the user's code throws */
  async try(settings: ReplicaSettings): Promise<void> {
    const tried = await this.#startHere(settings);
    await end(tried);
    this.#settings = settings;
  }

  async call(
    request: CallRequest,
    cancellation: Cancellation,
    reserved: boolean,
  ): Promise<CallReply> {
    if (this.#closing.closed) return { type: "gone", args: request.args };
    this.#replica ??= this.#startHere(this.#settings);
    const replica = await this.#replica;
    return replica.call(request, cancellation, reserved);
  }

  slot(place: Place, granted: () => void): void {
    void this.#replica?.then((replica) => replica.slot(place, granted));
  }

  release(): void {
    void this.#replica?.then((replica) => replica.release());
  }

  whenClosed(listener: (reason: CloseReason) => void): void {
    this.#closing.whenClosed(listener);
  }

  async reconfigure({ maxOngoingRequests, userConfig, logging }: ReplicaSettings): Promise<void> {
    const settings = { maxOngoingRequests, userConfig, logging };
    if (JSON.stringify(userConfig) !== JSON.stringify(this.#settings.userConfig)) {
      await this.try(settings);
    }
    this.#registry.configured(this.replicaId, settings);
  }

  async check(): Promise<void> {}

  vitals(): Vitals {
    return { ongoing: 0, turns: 0, utilization: 0 };
  }

  /** Each isolate counts its own. */
  async metrics(): Promise<MetricsSnapshot> {
    return [];
  }

  /** Each isolate scales its own. */
  async autoscalingStats(): Promise<AutoscalingStats> {
    return {};
  }

  async drain(): Promise<void> {
    this.#registry.draining(this.replicaId);
  }

  async stop(): Promise<void> {
    this.#registry.ended(this.replicaId);
    this.#closing.close({ expected: true, message: "it was stopped" });
    await this.#replica?.then(end, () => {});
  }
}

async function end(replica: InlineConnection): Promise<void> {
  // What `dispose` throws can change nothing any more.
  await replica.drain().catch(() => {});
  await replica.stop();
}
