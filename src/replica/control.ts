import * as Comlink from "comlink";
import type { LoadReport } from "../autoscale/load-report.ts";
import type { AutoscalingStats } from "../autoscale/policy.ts";
import { type ErrorData, fromErrorData, toErrorData } from "../error-data.ts";
import { ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import type { Traffic } from "../router/directory.ts";
import type { PlainLimits } from "../router/limits.ts";
import type { MetricsSnapshot } from "../telemetry/snapshot.ts";
import { holds } from "./holds.ts";
import type { CloseReason, ReplicaSettings, ReplicaSpec } from "./protocol.ts";

/** Either end of a control connection. */
export type ControlEndpoint = Comlink.Endpoint;

/** What a host tells its replica. */
export interface ReplicaControl {
  /**
   * Imports the code and starts the replica.
   *
   * @param host carries what the replica asks of its host
   * @param pulse memory for its `Pulse`
   */
  start(
    spec: ReplicaSpec,
    code: unknown,
    host: MessagePort,
    pulse: SharedArrayBuffer | undefined,
  ): Promise<void>;
  /** Serves calls to the replica on one more port. Gives `ReplicaCaller.room`. */
  accept(caller: string, port: MessagePort): number;
  /** A caller is gone: only some platforms tell a port that its peer has died. */
  callerGone(caller: string): void;
  /** News of a deployment that the replica watches. */
  peers(key: DeploymentKey, news: PeerNews): void;
  drain(): Promise<void>;
  reconfigure(settings: ReplicaSettings): Promise<void>;
  check(): Promise<void>;
  metrics(): MetricsSnapshot;
  autoscalingStats(): Promise<AutoscalingStats>;
}

/** What a replica asks of its host. */
export interface HostControl {
  /** Asks for news of a deployment, or of a split's traffic: they come by `peers`. */
  watch(key: DeploymentKey): void;
  /** What calls of this thread have waiting and running at a deployment. */
  load(key: DeploymentKey, report: LoadReport): void;
  /** Asks to be ended: a call ignores that it was cancelled. */
  terminate(why: string): void;
}

/** News of a replica set as they cross to another thread. */
export type PeerNews = PeerChange | PeerDeath | PeerTraffic;

/** A way to a replica, and what it needs: see `ReplicaCaller.room`. */
export interface PeerCaller {
  readonly replicaId: string;
  readonly port: MessagePort;
  readonly room: number;
}

/** A replica set has changed: with a port to each new replica. */
export interface PeerChange {
  readonly type: "change";
  readonly limits: PlainLimits;
  readonly added: readonly PeerCaller[];
  readonly removed: readonly string[];
  readonly failure: ErrorData | undefined;
}

/** The traffic of a split has changed. */
export interface PeerTraffic {
  readonly type: "traffic";
  readonly traffic: Traffic | undefined;
}

/** A replica's death is certain: calls that run there are lost. */
export interface PeerDeath {
  readonly type: "death";
  readonly replicaId: string;
  readonly message: string;
}

type Outcome = { readonly value: unknown } | { readonly error: ErrorData };

/**
 * Serves a control interface on an endpoint. Errors cross as data: comlink would lose their class, fields and
 * cause.
 */
export function serveControl<T extends object>(api: T, endpoint: ControlEndpoint): void {
  const invoke = async (method: string, ...args: unknown[]): Promise<Outcome> => {
    try {
      const target = api as Record<string, (...args: unknown[]) => unknown>;
      return { value: await target[method]?.(...args) };
    } catch (error) {
      return { error: toErrorData(error) };
    }
  };
  Comlink.expose(invoke, endpoint);
}

/**
 * The other end. comlink never settles a call whose peer died, so each call races with the peer's death; and a
 * collected proxy would close the port, so this object holds it.
 */
export class ControlClient<T extends object> {
  readonly #invoke: Comlink.Remote<(method: string, ...args: unknown[]) => Promise<Outcome>>;
  readonly #died: Promise<never>;

  constructor(endpoint: ControlEndpoint, closed: Promise<CloseReason>) {
    this.#invoke = Comlink.wrap(endpoint);
    this.#died = closed.then(({ message }) => {
      throw new ServeError("REPLICA_DIED", `the replica died: ${message}`);
    });
    this.#died.catch(() => {});
  }

  /**
   * @param ports what moves with the arguments
   * @throws what the other side threw; ServeError `REPLICA_DIED` when it died first
   */
  async call<M extends keyof T & string>(
    method: M,
    args: T[M] extends (...args: infer A) => unknown ? A : never,
    ports: Transferable[] = [],
  ): Promise<unknown> {
    const moved = ports.length > 0 ? args.map((arg) => withPorts(arg, ports)) : args;
    const outcome = await Promise.race([this.#invoke(method, ...moved), this.#died]);
    if ("error" in outcome) throw fromErrorData(outcome.error);
    return outcome.value;
  }

  release(): void {
    this.#invoke[Comlink.releaseProxy]();
  }
}

/** comlink moves what its arguments are marked with; the ports may be in any of them. */
function withPorts(arg: unknown, ports: Transferable[]): unknown {
  if (typeof arg !== "object" || arg === null) return arg;
  return Comlink.transfer(
    arg,
    ports.filter((port) => holds(arg, port)),
  );
}
