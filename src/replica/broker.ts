import { isSplitKey } from "../application-graph.ts";
import { ReportedLoad } from "../autoscale/load-report.ts";
import type { Clock } from "../clock.ts";
import { toErrorData } from "../error-data.ts";
import type { DeploymentKey } from "../handle.ts";
import type { ReplicaConnection } from "../platform.ts";
import type { Directory, ReplicaSetChange, Traffic } from "../router/directory.ts";
import { toPlainLimits } from "../router/limits.ts";
import {
  type ControlClient,
  type HostControl,
  type ReplicaControl,
  serveControl,
} from "./control.ts";

import type { Terminate } from "./overdue.ts";

/** A replica to which more callers can be given a port of their own. */
export interface PortConnection extends ReplicaConnection {
  /** A new port to the replica. @throws ServeError `REPLICA_DIED` */
  open(caller: string): Promise<MessagePort>;
  /** A caller that ports were opened for is gone. */
  callerGone(caller: string): void;
}

/** Whoever takes news of replica sets over a control connection. */
export type PeerListener = Pick<ReplicaControl, "peers">;

/**
 * Gives one thread its own ports to the deployments it asks for, and news of them; calls then never pass
 * through the host. Returns the port on which the thread asks.
 *
 * @param caller names the thread
 * @param terminate ends the thread when it asks for that
 */
export function brokerPeers(
  caller: string,
  directory: Directory<PortConnection>,
  guest: ControlClient<PeerListener>,
  terminate: Terminate,
  clock: Clock,
): { readonly host: MessagePort; close(): void } {
  const { port1, port2 } = new MessageChannel();
  const ends: (() => void)[] = [];
  const loads = new Map<DeploymentKey, ReportedLoad>();
  const control: HostControl = {
    terminate,
    load: (key, report) => {
      const known = loads.get(key);
      if (known) return known.take(report);
      const load = new ReportedLoad(report);
      loads.set(key, load);
      ends.push(directory.measure(key, load, clock.now));
      if (report.held) load.take(report);
    },
    watch: (key) => {
      if (isSplitKey(key)) {
        ends.push(directory.watchTraffic(key, (traffic) => tellTraffic(guest, key, traffic)));
        return;
      }
      const feed = new PeerFeed(caller, key, guest);
      ends.push(directory.watch(key, feed.tell), () => feed.close());
    },
  };
  serveControl(control, port1);
  return {
    host: port2,
    close: () => {
      for (const end of ends.splice(0)) end();
      port1.close();
    },
  };
}

function tellTraffic(
  guest: ControlClient<PeerListener>,
  key: DeploymentKey,
  traffic: Traffic | undefined,
): void {
  // A thread that has died needs no news.
  guest.call("peers", [key, { type: "traffic", traffic }]).catch(() => {});
}

/** Tells one thread of one deployment, in order. */
class PeerFeed {
  readonly #caller: string;
  readonly #key: DeploymentKey;
  readonly #opened = new Set<PortConnection>();
  #closed = false;
  readonly #guest: ControlClient<PeerListener>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(caller: string, key: DeploymentKey, guest: ControlClient<PeerListener>) {
    this.#caller = caller;
    this.#key = key;
    this.#guest = guest;
  }

  readonly tell = (change: ReplicaSetChange<PortConnection>): void => {
    // A thread that has died needs no news; the next change would find it so too.
    this.#last = this.#last.then(() => this.#send(change)).catch(() => {});
  };

  /** The thread is gone: the replicas it called need not wait for it any more. */
  close(): void {
    this.#closed = true;
    for (const connection of this.#opened) connection.callerGone(this.#caller);
  }

  async #send(change: ReplicaSetChange<PortConnection>): Promise<void> {
    const opened = await Promise.allSettled(change.added.map((added) => this.#open(added)));
    const peers = opened.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    const limits = toPlainLimits(change.limits);
    const { removed } = change;
    const failure = change.failure === undefined ? undefined : toErrorData(change.failure);
    const added = peers.map(({ connection: { replicaId, room }, port }) => ({
      replicaId,
      port,
      room,
    }));
    const told = this.#guest.call(
      "peers",
      [this.#key, { type: "change", limits, added, removed, failure }],
      peers.map(({ port }) => port),
    );
    // Only now: the thread must not hear of a death before it knows the replica.
    for (const { connection } of peers) this.#tellDeath(connection);
    await told;
  }

  async #open(connection: PortConnection) {
    const port = await connection.open(this.#caller);
    if (this.#closed) connection.callerGone(this.#caller);
    else this.#opened.add(connection);
    return { connection, port };
  }

  #tellDeath(connection: PortConnection): void {
    const { replicaId } = connection;
    connection.whenClosed(({ message }) => {
      this.#opened.delete(connection);
      this.#guest.call("peers", [this.#key, { type: "death", replicaId, message }]).catch(() => {});
    });
  }
}
