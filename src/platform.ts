import type { AppLoader } from "./app-loader.ts";
import type { ApplicationNode } from "./application.ts";
import type { ApplicationGraph } from "./application-graph.ts";
import type { AutoscalingStats } from "./autoscale/policy.ts";
import type { Clock } from "./clock.ts";
import type { AsyncContext } from "./context.ts";
import type { DeploymentKey } from "./handle.ts";
import type { Isolation } from "./options.ts";
import type { ReplicaCaller, ReplicaSettings, ReplicaSpec, Vitals } from "./replica/protocol.ts";
import type { Capacity } from "./resources.ts";
import type { Directory } from "./router/directory.ts";
import type { StateStore } from "./state-store.ts";
import type { LogSink } from "./telemetry/log-line.ts";
import type { MetricsSnapshot } from "./telemetry/snapshot.ts";

/**
 * One host's answer to how replicas run there. `Code` is how a worker finds the user's module (a URL in Node,
 * a worker factory in the browser); `Connection` is what its replicas are reached by.
 */
export interface Platform<Code, Connection extends ReplicaConnection = ReplicaConnection> {
  readonly name: string;
  readonly spawner: ReplicaSpawner<Code, Connection>;
  /** Finds the code that a configuration names. */
  readonly loader: AppLoader<Code>;
  /** Where the target state outlives the host. */
  readonly store: StateStore;
  readonly clock: Clock;
  readonly asyncContext: AsyncContext;
  /** Where all lines of the log end, those of replicas too. */
  readonly log: LogSink;
  /**
   * Wraps the wait for something that another request brings about (a free slot): workerd cancels a request
   * that has nothing of its own under way.
   */
  hold<T>(waiting: Promise<T>): Promise<T>;
  /** Where a replica runs when its deployment does not say. */
  defaultIsolation(code: Code | undefined): Isolation;
}

/** Where a replica's code comes from. */
export interface ReplicaSource<Code> {
  /** The node as this thread evaluated it, for replicas that run here. */
  readonly node: ApplicationNode;
  /** Names the applications among the node's arguments. */
  readonly referenceOf: ApplicationGraph["referenceOf"];
  /** For replicas that import the module themselves; undefined when `serve.run` got no `module`. */
  readonly code: Code | undefined;
  readonly isolation: Isolation;
  /** The same for replicas that need not be replaced by each other. */
  readonly version: string;
}

/** A replica that outlived the controller that started it. */
export interface Survivor<Connection extends ReplicaConnection> {
  readonly connection: Connection;
  readonly index: number;
  /** `ReplicaSource.version` of what it was started for. */
  readonly version: string;
  /** Those that it was given last. */
  readonly settings: ReplicaSettings;
  /** It was told to drain. */
  readonly draining: boolean;
}

/** What a deployment has from the time of controllers before this one. */
export interface Survivors<Connection extends ReplicaConnection> {
  /** How many replicas it ever had: the next ids come after theirs. */
  readonly started: number;
  readonly running: readonly Survivor<Connection>[];
}

/** On platforms whose replicas end with their host. */
export function noSurvivors(): Survivors<never> {
  return { started: 0, running: [] };
}

/**
 * Starts and stops replicas.
 *
 * Failure contract: `start` rejects with the user's own error when import, construction, `init` or
 * `reconfigure` throws, and ends what it started when `signal` aborts; a rejected start leaves nothing behind.
 */
export interface ReplicaSpawner<Code, Connection extends ReplicaConnection> {
  start(
    spec: ReplicaSpec,
    source: ReplicaSource<Code>,
    directory: Directory<Connection>,
    signal: AbortSignal,
  ): Promise<Connection>;
  /** The replicas of a deployment that a controller before this one has started and not stopped. */
  survivors(
    key: DeploymentKey,
    source: ReplicaSource<Code>,
    directory: Directory<Connection>,
  ): Survivors<Connection>;
  /** What the host has for its replicas to reserve. */
  capacity(): Capacity;
}

/** A running replica as its host holds it: calls, control and the news of its death. */
export interface ReplicaConnection extends ReplicaCaller {
  /** Changes settings while calls run. @throws what the class's `reconfigure` throws; ServeError `REPLICA_DIED` */
  reconfigure(settings: ReplicaSettings): Promise<void>;
  /**
   * Takes no new calls, waits for the running ones, disposes the instance once. Resolves when done;
   * rejects with `REPLICA_DIED` when the replica dies first.
   */
  drain(): Promise<void>;
  /** Ends the replica now, running calls or not. `whenClosed` then tells. */
  stop(): Promise<void>;
  /** False where a check could tell nothing: a replica of the host's own thread whose class has no `checkHealth`. */
  readonly needsChecks: boolean;
  /**
   * Calls the class's `checkHealth`. May stay pending while the replica's event loop is blocked.
   *
   * @throws what it throws; ServeError `REPLICA_DIED`
   */
  check(): Promise<void>;
  /** Calls that run there, as far as the host can see. */
  readonly ongoing: number;
  /** Read without asking the replica: works while its event loop is blocked. */
  vitals(): Vitals;
  /**
   * What it has counted. May stay pending while its event loop is blocked.
   *
   * @throws ServeError `REPLICA_DIED`
   */
  metrics(): Promise<MetricsSnapshot>;
  /**
   * What the class's `autoscalingStats` says; `{}` for a class without it. May stay pending while its event loop is
   * blocked.
   *
   * @throws what it throws; ServeError `REPLICA_DIED`
   */
  autoscalingStats(): Promise<AutoscalingStats>;
}

/** `Platform.hold` where waiting needs nothing done. */
export function holdNothing<T>(waiting: Promise<T>): Promise<T> {
  return waiting;
}
