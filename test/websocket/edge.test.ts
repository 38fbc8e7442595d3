import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SocketEdge } from "../../src/websocket/edge.ts";
import { offerOf } from "../../src/websocket/offer.ts";

const MIB = 1024 * 1024;

/** An edge whose call never ends by itself, and what became of it. */
function edgeOf(limitBytes = 64 * MIB) {
  const request = new Request("http://suite.test/");
  const edge = new SocketEdge(request, limitBytes);
  const told: unknown[] = [];
  const call = Promise.withResolvers<IteratorResult<unknown>>();
  edge.whenGone((reason) => {
    told.push("gone");
    call.reject(reason);
  });
  const socket = {
    send: () => undefined,
    close: (code: number) => void told.push(code),
    pause: () => void told.push("paused"),
    resume: () => void told.push("resumed"),
  };
  const over = edge.open(socket, { next: () => call.promise }, "test");
  const messages = offerOf(request) as NonNullable<ReturnType<typeof offerOf>>;
  return { edge, told, over, messages, call };
}

describe("SocketEdge", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(console, "error").mockImplementation(() => {});
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("cancels a call that goes on for ten seconds after the client's close", async () => {
    const { edge, told, over, messages } = edgeOf();
    edge.received("last");
    edge.closed(1000, "bye");
    expect((await messages.next()).value).toBe("last");
    expect((await messages.next()).value).toEqual([1000, "bye"]);
    expect((await messages.next()).done).toBe(true);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(told).toContain("gone");
    await over;
  });

  it("leaves a call alone that has ended by then", async () => {
    const { edge, told, over, call } = edgeOf();
    edge.closed(1000, "");
    call.resolve({ done: true, value: undefined });
    await over;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(told).not.toContain("gone");
  });

  it("cancels the call of a client that is lost, at once", async () => {
    const { edge, told, over } = edgeOf();
    edge.lost();
    expect(told).toContain("gone");
    await over;
  });

  it("holds a client back until what it sent was taken", async () => {
    const { edge, told, messages } = edgeOf();
    for (let sent = 0; sent < 3; sent += 1) edge.received(new ArrayBuffer(MIB));
    expect(told).toEqual(["paused"]);
    for (let read = 0; read < 3; read += 1) await messages.next();
    expect(told).toEqual(["paused", "resumed"]);
  });

  it("closes on a client that can't be held back and is too far ahead", async () => {
    const { edge, told } = edgeOf();
    for (let sent = 0; sent < 16; sent += 1) edge.received(new ArrayBuffer(MIB));
    expect(told).toEqual(["paused", 1008]);
  });

  it("takes messages up to the limit", async () => {
    const { edge, told, messages } = edgeOf(4);
    edge.received("four");
    edge.received(new ArrayBuffer(4));
    expect(told).toEqual([]);
    edge.received("fives");
    expect(told).toEqual([1009]);
    await messages.next();
    await messages.next();
    expect((await messages.next()).value).toEqual([1009, "the message is too big"]);
  });
});
