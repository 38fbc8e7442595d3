import { describe, expect, it } from "vitest";
import { Cancellation } from "../../src/cancellation.ts";
import type { CallReply, CallRequest, ReplicaCaller } from "../../src/replica/protocol.ts";
import type { Directory, ReplicaSetChange } from "../../src/router/directory.ts";
import { Router } from "../../src/router/router.ts";

/** A replica whose answers the test gives. */
class Puppet implements ReplicaCaller {
  readonly replicaId: string;
  readonly calls: { request: CallRequest; reserved: boolean; answer(reply: CallReply): void }[] =
    [];
  readonly slots: { since: number; grant: () => void }[] = [];
  released = 0;

  constructor(replicaId: string) {
    this.replicaId = replicaId;
  }

  call(request: CallRequest, _: Cancellation, reserved: boolean): Promise<CallReply> {
    return new Promise((answer) => this.calls.push({ request, reserved, answer }));
  }

  slot(since: number, grant: () => void): void {
    this.slots.push({ since, grant });
  }

  release(): void {
    this.released += 1;
  }

  whenClosed(): void {}
}

function set(...added: ReplicaCaller[]) {
  let tell: (change: ReplicaSetChange) => void = () => {};
  const limits = { maxOngoingRequests: 1, maxQueuedRequests: -1 };
  const change = { limits, added: [], removed: [], failure: undefined };
  const directory: Directory = {
    watch: (_key, listener) => {
      tell = listener;
      listener({ ...change, added });
      return () => {};
    },
    watchTraffic: () => () => {},
  };
  const router = new Router(
    "app/d",
    directory,
    () => 0,
    (waiting) => waiting,
  );
  return { router, tell: (news: Partial<ReplicaSetChange>) => tell({ ...change, ...news }) };
}

const request = (createdAt: number): CallRequest => ({
  method: "work",
  args: [createdAt],
  requestId: String(createdAt),
  createdAt,
  http: false,
});
const done = (value: unknown): CallReply => ({ type: "done", value, ended: undefined });
const turn = () => new Promise((resolve) => setTimeout(resolve));

describe("Router", () => {
  it("sends a call that found its replica gone to another", async () => {
    const [one, two] = [new Puppet("one"), new Puppet("two")];
    const { router } = set(one, two);
    const result = router.call(request(1), new Cancellation());
    one.calls[0]?.answer({ type: "gone", args: [1] });
    await turn();
    two.calls[0]?.answer(done("two"));
    expect(await result).toBe("two");
    expect(one.calls).toHaveLength(1);
  });

  it("sends again what a busy replica gave back", async () => {
    const one = new Puppet("one");
    const { router } = set(one);
    const result = router.call(request(1), new Cancellation());
    one.calls[0]?.answer({ type: "busy", args: ["given back"] });
    await turn();
    expect(one.calls).toHaveLength(1);
    expect(one.slots.map(({ since }) => since)).toEqual([1]);
    one.slots[0]?.grant();
    await turn();
    expect(one.calls[1]?.reserved).toBe(true);
    expect(one.calls[1]?.request.args).toEqual(["given back"]);
    one.calls[1]?.answer(done("second try"));
    expect(await result).toBe("second try");
  });

  it("lets a call that comes back keep its place", async () => {
    const one = new Puppet("one");
    const { router } = set(one);
    const results = [1, 2, 3].map((at) => router.call(request(at), new Cancellation()));
    one.calls[0]?.answer({ type: "busy", args: [1] });
    await turn();
    for (let index = 0; index < 3; index += 1) {
      one.slots[index]?.grant();
      await turn();
      one.calls[index + 1]?.answer(done(index));
      await turn();
    }
    await Promise.all(results);
    expect(one.calls.map(({ request }) => request.createdAt)).toEqual([1, 1, 2, 3]);
  });

  it("gives back a slot that nobody needs any more", async () => {
    const one = new Puppet("one");
    const { router } = set(one);
    const cancellation = new Cancellation();
    const result = router.call(request(1), cancellation);
    one.calls[0]?.answer({ type: "busy", args: [1] });
    await turn();
    cancellation.cancel("no need");
    await expect(result).rejects.toMatchObject({ code: "CANCELLED" });
    one.slots[0]?.grant();
    expect(one.released).toBe(1);
  });

  it("rejects what waits, and what comes, while the deployment fails", async () => {
    const { router, tell } = set();
    const waiting = router.call(request(1), new Cancellation());
    tell({ failure: new Error("gave up") });
    await expect(waiting).rejects.toThrow("gave up");
    await expect(router.call(request(2), new Cancellation())).rejects.toThrow("gave up");
    const one = new Puppet("one");
    tell({ added: [one] });
    const result = router.call(request(3), new Cancellation());
    one.calls[0]?.answer(done("again"));
    expect(await result).toBe("again");
  });

  it("sends nothing to a replica that was removed", async () => {
    const one = new Puppet("one");
    const { router, tell } = set(one);
    tell({ removed: ["one"] });
    const result = router.call(request(1), new Cancellation());
    expect(router.queued).toBe(1);
    const two = new Puppet("two");
    tell({ added: [two] });
    await turn();
    two.calls[0]?.answer(done("two"));
    expect(await result).toBe("two");
    expect(one.calls).toHaveLength(0);
  });
});
