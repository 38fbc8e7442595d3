import type { LoadSource } from "../autoscale/load-meter.ts";
import { LoadReporter } from "../autoscale/load-reporter.ts";
import type { Clock } from "../clock.ts";
import { fromErrorData } from "../error-data.ts";
import type { DeploymentKey } from "../handle.ts";
import type { Directory, ReplicaSetChange, Traffic } from "../router/directory.ts";
import { fromPlainLimits, type RouterOf } from "../router/limits.ts";
import { CallChannel } from "./channel.ts";
import { ControlClient, type HostControl, type PeerChange, type PeerNews } from "./control.ts";
import type { Defer } from "./frame-port.ts";
import type { HandleFor } from "./parcel.ts";

type Listener = (change: ReplicaSetChange) => void;
type TrafficListener = (traffic: Traffic | undefined) => void;

/** A thread's view of the deployments it calls: news from its host, and its own port to each replica. */
export class PeerDirectory implements Directory {
  readonly #host: ControlClient<HostControl>;
  readonly #defer: Defer;
  readonly #handleFor: HandleFor;
  readonly #routerOf: RouterOf;
  readonly #loads: LoadReporter;
  readonly #listeners = new Map<DeploymentKey, Listener>();
  readonly #trafficListeners = new Map<DeploymentKey, TrafficListener>();
  readonly #channels = new Map<string, CallChannel>();

  constructor(
    host: MessagePort,
    defer: Defer,
    clock: Clock,
    handleFor: HandleFor,
    routerOf: RouterOf,
  ) {
    // When its host dies a worker dies with it, so no death to race with.
    this.#host = new ControlClient(host, new Promise(() => {}));
    this.#defer = defer;
    this.#handleFor = handleFor;
    this.#routerOf = routerOf;
    this.#loads = new LoadReporter(clock, (key, report) => {
      void this.#host.call("load", [key, report]);
    });
  }

  watch(key: DeploymentKey, listener: Listener): () => void {
    this.#listeners.set(key, listener);
    void this.#host.call("watch", [key]);
    return () => this.#listeners.delete(key);
  }

  watchTraffic(key: DeploymentKey, listener: TrafficListener): () => void {
    this.#trafficListeners.set(key, listener);
    void this.#host.call("watch", [key]);
    return () => this.#trafficListeners.delete(key);
  }

  measure(key: DeploymentKey, source: LoadSource): () => void {
    return this.#loads.add(key, source);
  }

  /** Asks the host to end this thread. */
  terminate(why: string): void {
    void this.#host.call("terminate", [why]);
  }

  /** The host is gone, and all that ran in it. */
  close(message: string): void {
    this.#loads.close();
    for (const channel of [...this.#channels.values()]) channel.close({ expected: false, message });
  }

  apply(key: DeploymentKey, news: PeerNews): void {
    if (news.type === "change") return this.#change(key, news);
    if (news.type === "traffic") return this.#trafficListeners.get(key)?.(news.traffic);
    const { replicaId, message } = news;
    this.#channels.get(replicaId)?.close({ expected: false, message });
  }

  #change(key: DeploymentKey, change: PeerChange): void {
    const added = change.added.map(({ replicaId, port, room }) => {
      const channel = new CallChannel(replicaId, port, this.#defer, this.#handleFor);
      channel.room = room;
      this.#channels.set(replicaId, channel);
      channel.whenClosed(() => this.#channels.delete(replicaId));
      return channel;
    });
    const failure = change.failure && fromErrorData(change.failure);
    const limits = fromPlainLimits(change.limits, key, this.#routerOf);
    const { removed } = change;
    this.#listeners.get(key)?.({ limits, added, removed, failure });
  }
}
