import type { AutoscalingStats } from "../autoscale/policy.ts";
import { Caller, type CallerPlatform } from "../caller.ts";
import type { Cancellation } from "../cancellation.ts";
import type { Directory } from "../router/directory.ts";
import type { Place } from "../router/queue.ts";
import type { MetricsSnapshot } from "../telemetry/snapshot.ts";
import { brokerPeers, type PortConnection } from "./broker.ts";
import { CallChannel } from "./channel.ts";
import { ControlClient, type ControlEndpoint, type ReplicaControl } from "./control.ts";
import type { Defer } from "./frame-port.ts";
import type {
  CallReply,
  CallRequest,
  CloseReason,
  ReplicaSettings,
  ReplicaSpec,
  Vitals,
} from "./protocol.ts";
import { Pulse } from "./pulse.ts";

/** A worker of any kind, as its platform made it. */
export interface WorkerProcess {
  readonly endpoint: ControlEndpoint;
  /** Resolves once the worker is gone, however it went. */
  readonly closed: Promise<CloseReason>;
  /** @param why in `closed`; without it the host wanted it so */
  terminate(why?: string): Promise<void>;
  /** Part of the time since it was last asked in which the worker's event loop was busy, 0 to 1; 1 where nobody can tell. */
  utilization(): number;
}

/** What `closed` says of a worker that was terminated. */
export function closedFor(why: string | undefined): CloseReason {
  return { expected: why === undefined, message: why ?? "it was stopped" };
}

/** A replica in a worker, as its host holds it: control by comlink, calls on a port of their own. */
export class WorkerConnection implements PortConnection {
  readonly replicaId: string;
  readonly #worker: WorkerProcess;
  readonly #control: ControlClient<ReplicaControl>;
  readonly #calls: CallChannel;
  readonly #pulse: Pulse | undefined;
  #madeBeforeCheck = 0;
  /** A worker's event loop can be blocked without its host's knowing. */
  readonly needsChecks = true;

  private constructor(
    replicaId: string,
    worker: WorkerProcess,
    control: ControlClient<ReplicaControl>,
    calls: CallChannel,
    pulse: Pulse | undefined,
  ) {
    this.replicaId = replicaId;
    this.#worker = worker;
    this.#control = control;
    this.#calls = calls;
    this.#pulse = pulse;
    worker.closed.then((reason) => calls.close(reason));
  }

  /**
   * Starts the replica in a fresh worker; the worker is ended when that fails.
   *
   * @throws what the user's code threw; ServeError `REPLICA_DIED` when the worker ended first
   */
  static async start(
    spec: ReplicaSpec,
    code: unknown,
    worker: WorkerProcess,
    directory: Directory<PortConnection>,
    defer: Defer,
    platform: CallerPlatform,
  ): Promise<WorkerConnection> {
    const control = new ControlClient<ReplicaControl>(worker.endpoint, worker.closed);
    const terminate = (why: string) => void worker.terminate(why);
    const broker = brokerPeers(spec.replicaId, directory, control, terminate, platform.clock);
    worker.closed.then(() => broker.close());
    try {
      const memory = Pulse.sharedMemory();
      await control.call("start", [spec, code, broker.host, memory], [broker.host]);
      const { port, room } = await open(control, HOST);
      // A handle in a result is one of the host's then.
      const { handle } = new Caller(directory, platform);
      // Nobody but its host can replace a replica that lives and can't be called.
      const calls = new CallChannel(spec.replicaId, port, defer, handle, terminate);
      calls.room = room;
      const pulse = memory && new Pulse(memory);
      return new WorkerConnection(spec.replicaId, worker, control, calls, pulse);
    } catch (error) {
      await worker.terminate();
      throw error;
    }
  }

  call(request: CallRequest, cancellation: Cancellation, reserved: boolean): Promise<CallReply> {
    return this.#calls.call(request, cancellation, reserved);
  }

  slot(place: Place, granted: () => void): void {
    this.#calls.slot(place, granted);
  }

  get models(): ReadonlySet<string> {
    return this.#calls.models;
  }

  get room(): number {
    return this.#calls.room;
  }

  whenClosed(listener: (reason: CloseReason) => void): void {
    void this.#worker.closed.then(listener);
  }

  release(): void {
    this.#calls.release();
  }

  async open(caller: string): Promise<MessagePort> {
    const { port } = await open(this.#control, caller);
    return port;
  }

  callerGone(caller: string): void {
    // A replica that is gone itself has nothing to forget.
    this.#control.call("callerGone", [caller]).catch(() => {});
  }

  async reconfigure(settings: ReplicaSettings): Promise<void> {
    await this.#control.call("reconfigure", [settings]);
  }

  async check(): Promise<void> {
    this.#madeBeforeCheck = this.#calls.made;
    await this.#control.call("check", []);
  }

  async metrics(): Promise<MetricsSnapshot> {
    return (await this.#control.call("metrics", [])) as MetricsSnapshot;
  }

  async autoscalingStats(): Promise<AutoscalingStats> {
    return (await this.#control.call("autoscalingStats", [])) as AutoscalingStats;
  }

  get ongoing(): number {
    return this.#pulse?.ongoing ?? this.#calls.pending;
  }

  /** Without shared memory only what the host's own calls show is known. */
  vitals(): Vitals {
    const { ongoing } = this;
    return {
      ongoing,
      turns: this.#pulse?.turns ?? this.#calls.answered,
      utilization: this.#pulse ? this.#worker.utilization() : this.#utilization,
    };
  }

  /** A replica that has answered a call which was made after its newest check had the time to answer that too. */
  get #utilization(): number {
    const { newestAnswered } = this.#calls;
    return newestAnswered > this.#madeBeforeCheck ? 0 : this.#worker.utilization();
  }

  async drain(): Promise<void> {
    await this.#control.call("drain", []);
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
    await this.#worker.closed;
  }
}

/** The host's own name among the callers of its replicas. */
const HOST = "host";

async function open(
  control: ControlClient<ReplicaControl>,
  caller: string,
): Promise<{ readonly port: MessagePort; readonly room: number }> {
  const { port1, port2 } = new MessageChannel();
  const room = (await control.call("accept", [caller, port1], [port1])) as number;
  return { port: port2, room };
}
