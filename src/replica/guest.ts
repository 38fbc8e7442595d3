import type { AutoscalingStats } from "../autoscale/policy.ts";
import { Caller, type CallerPlatform } from "../caller.ts";
import type { Json } from "../config/application-config.ts";
import type { AsyncContext } from "../context.ts";
import { exportedApplication } from "../exported-application.ts";
import { importingModule } from "../guard.ts";
import { keepNothing } from "../keep-alive.ts";
import { captureConsole } from "../telemetry/console-capture.ts";
import type { ConsoleText } from "../telemetry/console-text.ts";
import type { LogSink } from "../telemetry/log-line.ts";
import { scopeOf } from "../telemetry/replica-scope.ts";
import { dedicateThread } from "../telemetry/scope.ts";
import type { MetricsSnapshot } from "../telemetry/snapshot.ts";
import { findNode, routersIn, startReplica } from "./assembly.ts";
import { ChannelServer } from "./channel-server.ts";
import { ChannelServers } from "./channel-servers.ts";
import { type ControlEndpoint, type ReplicaControl, serveControl } from "./control.ts";
import type { Defer } from "./frame-port.ts";
import { PeerDirectory } from "./peer-directory.ts";
import type { ReplicaSettings, ReplicaSpec } from "./protocol.ts";
import { Pulse } from "./pulse.ts";
import type { Replica } from "./replica.ts";

/** What a worker needs from its platform to be a replica. */
export interface GuestPlatform extends CallerPlatform {
  readonly asyncContext: AsyncContext;
  readonly defer: Defer;
  /** Takes the lines to the host. */
  readonly log: LogSink;
  readonly consoleText: ConsoleText;
  /** Seconds that this thread's event loop has been busy; undefined where nobody can tell. */
  busySeconds(): number | undefined;
  /** Imports the module that `code` stands for. */
  load(code: unknown): Promise<LoadedModule>;
}

export interface LoadedModule {
  readonly exports: object;
  readonly exportName: string;
  /** What the export is given where it is a builder. */
  readonly args: Json | undefined;
  /** The module as the user knows it, for messages. */
  readonly where: string;
}

/** Turns this worker into a replica that waits for its host's `start`. */
export function serveGuest(endpoint: ControlEndpoint, platform: GuestPlatform): void {
  serveControl<ReplicaControl>(new Guest(platform), endpoint);
}

class Guest implements ReplicaControl {
  readonly #platform: GuestPlatform;
  #peers: PeerDirectory | undefined;
  #caller: Caller | undefined;
  #replica: Replica | undefined;
  readonly #servers = new ChannelServers();

  constructor(platform: GuestPlatform) {
    this.#platform = platform;
  }

  async start(
    spec: ReplicaSpec,
    code: unknown,
    host: MessagePort,
    pulse: SharedArrayBuffer | undefined,
  ): Promise<void> {
    const { defer } = this.#platform;
    const handleFor = (key: string) => caller.handle(key);
    const routerOf = (key: string) => routers.get(key);
    let routers: ReturnType<typeof routersIn> = new Map();
    const peers = new PeerDirectory(host, defer, this.#platform.clock, handleFor, routerOf);
    const scope = scopeOf(spec, this.#platform.log, this.#platform.clock);
    const caller = new Caller(peers, this.#platform, scope.registry);
    dedicateThread(scope);
    captureConsole(this.#platform.consoleText);
    this.#peers = peers;
    this.#caller = caller;
    const found = await importingModule(async () => {
      const { exports, exportName, args, where } = await this.#platform.load(code);
      const application = exportedApplication(exports, exportName, where, args);
      routers = routersIn(spec.application, application);
      return findNode(application, spec.deployment, where);
    });
    const platform = { ...this.#platform, keepAlive: keepNothing };
    const terminate = (why: string) => peers.terminate(why);
    const sharing = new Pulse(pulse);
    this.#replica = await startReplica(spec, found, caller, platform, scope, sharing, terminate);
  }

  accept(caller: string, port: MessagePort): number {
    const { defer } = this.#platform;
    if (!this.#replica || !this.#caller) throw new Error("the replica has not started");
    this.#servers.add(caller, new ChannelServer(this.#replica, port, defer, this.#caller.handle));
    return this.#replica.batches.room;
  }

  callerGone(caller: string): void {
    this.#servers.callerGone(caller);
  }

  peers(...news: Parameters<ReplicaControl["peers"]>): void {
    this.#peers?.apply(...news);
  }

  async reconfigure(settings: ReplicaSettings): Promise<void> {
    await this.#replica?.reconfigure(settings);
  }

  async check(): Promise<void> {
    await this.#replica?.check();
  }

  metrics(): MetricsSnapshot {
    const busy = this.#platform.busySeconds();
    return this.#replica?.metrics(busy) ?? [];
  }

  async autoscalingStats(): Promise<AutoscalingStats> {
    return (await this.#replica?.autoscalingStats()) ?? {};
  }

  async drain(): Promise<void> {
    await this.#replica?.drain();
    await this.#servers.goodbye();
  }
}
