import { describe, expect, it } from "vitest";
import { Cancellation } from "../../src/cancellation.ts";
import { done, Puppet, request, routerOf, turn } from "./puppet.ts";

describe("Router", () => {
  it("sends a call that found its replica gone to another", async () => {
    const [one, two] = [new Puppet("one"), new Puppet("two")];
    const { router } = routerOf(one, two);
    const result = router.call(request(1), new Cancellation());
    one.calls[0]?.answer({ type: "gone", args: [1] });
    await turn();
    two.calls[0]?.answer(done("two"));
    expect(await result).toBe("two");
    expect(one.calls).toHaveLength(1);
  });

  it("sends again what a busy replica gave back", async () => {
    const one = new Puppet("one");
    const { router } = routerOf(one);
    const result = router.call(request(1), new Cancellation());
    one.calls[0]?.answer({ type: "busy", args: ["given back"] });
    await turn();
    expect(one.calls).toHaveLength(1);
    expect(one.slots.map(({ place }) => place.createdAt)).toEqual([1]);
    one.slots[0]?.grant();
    await turn();
    expect(one.calls[1]?.reserved).toBe(true);
    expect(one.calls[1]?.request.args).toEqual(["given back"]);
    one.calls[1]?.answer(done("second try"));
    expect(await result).toBe("second try");
  });

  it("lets a call that comes back keep its place", async () => {
    const one = new Puppet("one");
    const { router } = routerOf(one);
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
    const { router } = routerOf(one);
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
    const { router, tell } = routerOf();
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
    const { router, tell } = routerOf(one);
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

  it("does not send a call that was cancelled when its turn had just come", async () => {
    const one = new Puppet("one");
    const { router } = routerOf(one);
    const cancellation = new Cancellation();
    const first = router.call(request(1), new Cancellation());
    const second = router.call(request(2), cancellation);
    one.calls[0]?.answer({ type: "busy", args: [1] });
    await turn();
    one.slots[0]?.grant();
    await turn();
    one.slots[1]?.grant();
    cancellation.cancel("just now");
    await expect(second).rejects.toMatchObject({ code: "CANCELLED" });
    one.calls[1]?.answer(done("first"));
    expect(await first).toBe("first");
    expect(one.calls).toHaveLength(2);
    expect(one.released).toBe(1);
  });

  it("waits for the first news before it says no", async () => {
    const { router, tell } = routerOf("no news yet");
    const cancellation = new Cancellation();
    const cancelled = router.call(request(1), cancellation);
    const waits = router.call(request(2), new Cancellation());
    cancellation.cancel("not worth waiting");
    await expect(cancelled).rejects.toMatchObject({ code: "CANCELLED" });
    const one = new Puppet("one");
    tell({ added: [one] });
    await turn();
    one.calls[0]?.answer(done("one"));
    expect(await waits).toBe("one");
  });
});
