import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { ServeError } from "../../src/errors.ts";
import { brokerPeers, type PeerListener, type PortConnection } from "../../src/replica/broker.ts";
import { Closing } from "../../src/replica/closing.ts";
import { ControlClient, type PeerNews, serveControl } from "../../src/replica/control.ts";
import type { Directory, ReplicaSetChange } from "../../src/router/directory.ts";

/** A host's directory, the broker of one thread, and the news that the thread gets. */
async function brokered() {
  let tell: (change: ReplicaSetChange<PortConnection>) => void = () => {};
  const directory: Directory<PortConnection> = {
    watch: (_key, listener) => {
      tell = listener;
      return () => {};
    },
    watchTraffic: () => () => {},
    measure: () => () => {},
  };
  const news: PeerNews[] = [];
  const { port1, port2 } = new MessageChannel();
  serveControl<PeerListener>({ peers: (_key, one) => void news.push(one) }, port2 as never);
  const guest = new ControlClient<PeerListener>(port1 as never, new Promise(() => {}));
  const broker = brokerPeers("caller", directory, guest, () => {}, systemClock);
  const host = new ControlClient<{ watch(key: string): void }>(broker.host, new Promise(() => {}));
  await host.call("watch", ["app/d"]);
  const limits = {
    maxOngoingRequests: 1,
    maxQueuedRequests: -1,
    requestTimeoutMs: undefined,
    router: "powerOfTwo",
  } as const;
  return {
    news,
    tell: (change: Partial<ReplicaSetChange<PortConnection>>) =>
      tell({ limits, added: [], removed: [], failure: undefined, ...change }),
    end: () => {
      broker.close();
      for (const port of [port1, port2]) port.close();
      host.release();
    },
  };
}

/** A connection as far as a broker needs it; `opened` lets its port go. */
function connection(replicaId: string) {
  const closing = new Closing();
  const parted: string[] = [];
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const made = {
    replicaId,
    open: () => promise,
    callerGone: (caller: string) => void parted.push(caller),
    whenClosed: closing.whenClosed.bind(closing),
  } as unknown as PortConnection;
  const opened = () => resolve(new MessageChannel().port1);
  return {
    made,
    opened,
    parted,
    die: () => closing.close({ expected: false, message: "it crashed" }),
  };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("brokerPeers", () => {
  it("tells of a death only after it told of the replica", async () => {
    const { news, tell, end } = await brokered();
    const [quick, slow] = [connection("quick"), connection("slow")];
    tell({ added: [quick.made, slow.made] });
    quick.opened();
    await turn();
    quick.die();
    await turn();
    slow.opened();
    await turn();
    expect(news.map(({ type }) => type)).toEqual(["change", "death"]);
    expect(news[1]).toEqual({ type: "death", replicaId: "quick", message: "it crashed" });
    end();
  });

  it("does not take a failure back when a replica dies", async () => {
    const { news, tell, end } = await brokered();
    const one = connection("one");
    one.opened();
    tell({ added: [one.made] });
    tell({ removed: ["one"], failure: new ServeError("NOT_FOUND", "deleted") });
    await turn();
    one.die();
    await turn();
    const changes = news.filter(({ type }) => type === "change");
    expect(changes.at(-1)).toMatchObject({ removed: ["one"], failure: { message: "deleted" } });
    expect(news.at(-1)).not.toHaveProperty("failure");
    end();
  });

  it("leaves out a replica that can't be opened", async () => {
    const { news, tell, end } = await brokered();
    const good = connection("good");
    good.opened();
    const bad = { replicaId: "bad", open: () => Promise.reject(new Error("it died")) };
    tell({ added: [bad as unknown as PortConnection, good.made] });
    await turn();
    expect(news).toMatchObject([{ type: "change", added: [{ replicaId: "good" }] }]);
    end();
  });
});
