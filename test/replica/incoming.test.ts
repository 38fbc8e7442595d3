import { describe, expect, it } from "vitest";
import { Incoming, WINDOW } from "../../src/replica/incoming.ts";
import { Outgoing } from "../../src/replica/outgoing.ts";

/** A stream from a source straight to its reader. */
function connect(source: AsyncIterator<unknown>) {
  const ended: string[] = [];
  const incoming: Incoming = new Incoming(
    { pull: (credit) => outgoing.grant(credit), stop: (reason) => outgoing.stop(reason) },
    () => ended.push("reader"),
  );
  const sink = {
    item: (item: unknown) => incoming.push(item),
    end: () => incoming.end(),
    fail: (error: unknown) => incoming.fail(error),
  };
  const outgoing: Outgoing = new Outgoing(source, sink, () => ended.push("sender"));
  outgoing.grant(WINDOW);
  return { incoming, outgoing, ended };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

describe("Outgoing and Incoming", () => {
  it("keep the producer within the window of the reader", async () => {
    let produced = 0;
    const { incoming } = connect(
      (async function* () {
        for (;;) {
          produced += 1;
          yield produced;
        }
      })(),
    );
    await turn();
    expect(produced).toBe(WINDOW);
    for (let read = 1; read <= 100; read += 1) {
      expect(await incoming.next()).toEqual({ done: false, value: read });
      await turn();
      expect(produced - read).toBeLessThanOrEqual(WINDOW);
      expect(produced - read).toBeGreaterThan(0);
    }
  });

  it("end for the sender only when the source has been left", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const left: string[] = [];
    const { incoming, ended } = connect(
      (async function* () {
        try {
          yield 1;
          await promise;
        } finally {
          left.push("source");
        }
      })(),
    );
    await incoming.next();
    await incoming.return();
    expect([ended, left]).toEqual([["reader"], []]);
    resolve();
    await turn();
    expect([ended, left]).toEqual([["reader", "sender"], ["source"]]);
  });

  it("have all of a short stream before it is read", async () => {
    const { incoming, ended } = connect(
      (async function* () {
        yield 1;
        yield 2;
      })(),
    );
    expect(incoming.complete).toBeUndefined();
    await turn();
    expect(incoming.complete).toEqual([1, 2]);
    expect(ended).toEqual(["reader", "sender"]);
  });

  it("give an error once, and only after the items before it", async () => {
    const { incoming } = connect(
      (async function* () {
        yield 1;
        throw new Error("broken");
      })(),
    );
    await turn();
    expect(await incoming.next()).toEqual({ done: false, value: 1 });
    await expect(incoming.next()).rejects.toThrow("broken");
    expect(await incoming.next()).toEqual({ done: true, value: undefined });
  });

  it("let no reader ask for more than a window", async () => {
    const sent: unknown[] = [];
    const source = (async function* () {
      for (let step = 0; ; step += 1) yield step;
    })();
    const sink = { item: (item: unknown) => sent.push(item), end: () => {}, fail: () => {} };
    const outgoing = new Outgoing(source, sink, () => {});
    outgoing.grant(2 ** 40);
    await turn();
    expect(sent).toHaveLength(WINDOW);
  });

  it("break off a sender that has no credit", async () => {
    const stopped: unknown[] = [];
    const upstream = { pull: () => {}, stop: (reason: unknown) => void stopped.push(reason) };
    const incoming = new Incoming(upstream, () => {});
    for (let item = 0; item <= WINDOW; item += 1) incoming.push(item);
    expect(stopped).toHaveLength(1);
    await expect(incoming.next()).rejects.toThrow("more than it had credit for");
  });

  it("survive a source that throws while it is left", async () => {
    const { incoming, ended } = connect({
      next: async () => ({ done: false, value: 1 }),
      return: () => {
        throw new Error("not now");
      },
    });
    await incoming.next();
    await incoming.return();
    await turn();
    expect(ended.toSorted()).toEqual(["reader", "sender"]);
  });
});
