import { afterEach, describe, expect, it } from "vitest";
import { manualClock } from "../../adapters/memory/clock.ts";
import { applicationGraph, type NamedNode } from "../../src/application-graph.ts";
import { Cancellation } from "../../src/cancellation.ts";
import { context, synchronousContext } from "../../src/context.ts";
import { deployment, transfer } from "../../src/index.ts";
import { keepNothing } from "../../src/keep-alive.ts";
import { holdNothing } from "../../src/platform.ts";
import { CallChannel } from "../../src/replica/channel.ts";
import { ChannelServer } from "../../src/replica/channel-server.ts";
import { packArguments } from "../../src/replica/encoding.ts";
import { Op } from "../../src/replica/frames.ts";
import { packRequest } from "../../src/replica/parcel.ts";
import type { CallReply, CallRequest } from "../../src/replica/protocol.ts";
import { Replica } from "../../src/replica/replica.ts";
import { quietScope } from "../fixtures/log-book.ts";

let free = () => {};

class Worker {
  held(): Promise<void> {
    return new Promise((resolve) => {
      free = resolve;
    });
  }

  sum(bytes: Uint8Array): number {
    return bytes.reduce((total, byte) => total + byte, 0);
  }

  /** Gives one item, then waits to be cancelled. */
  async *untilCancelled(): AsyncGenerator<string> {
    const { signal } = context();
    yield "first";
    await new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  }

  async length(request: Request): Promise<number> {
    return (await request.arrayBuffer()).byteLength;
  }
}

const noHandle = () => {
  throw new Error("no handles here");
};
const channels: CallChannel[] = [];
afterEach(() => {
  for (const channel of channels.splice(0)) channel.close({ expected: true, message: "test" });
});

const clock = manualClock();

/** A replica with one slot, and channels of two callers to it. */
async function oneSlot() {
  return (await slots(1)).channels;
}

async function slots(maxOngoingRequests: number) {
  const [ingress] = applicationGraph(deployment(Worker).bind()).nodes as [NamedNode];
  const spec = {
    replicaId: "app/Worker#1",
    application: "app",
    deployment: "Worker",
    index: 0,
    metrics: true,
    maxOngoingRequests,
    userConfig: undefined,
  };
  const replica = await Replica.start(spec, ingress, [], {
    asyncContext: synchronousContext(),
    clock,
    hold: holdNothing,
    keepAlive: keepNothing,
    scope: quietScope(),
  });
  const connect = () => {
    const { port1, port2 } = new MessageChannel();
    new ChannelServer(replica, port1 as never, setImmediate, noHandle);
    const channel = new CallChannel("app/Worker#1", port2 as never, setImmediate, noHandle);
    channels.push(channel);
    return channel;
  };
  return { replica, channels: [connect(), connect()] as const };
}

function call(
  channel: CallChannel,
  method: string,
  args: readonly unknown[],
  reserved = false,
  cancellation = new Cancellation(),
): Promise<CallReply> {
  const place = { priority: 0, createdAt: 1 };
  const request: CallRequest = {
    method,
    args,
    requestId: "r",
    ...place,
    http: false,
    affinity: {},
  };
  return channel.call(request, cancellation, reserved);
}

const slot = (channel: CallChannel) =>
  new Promise<void>((resolve) => channel.slot({ priority: 0, createdAt: 1 }, resolve));

describe("CallChannel", () => {
  it("gives moved buffers back with a refusal, so that the call can be sent again", async () => {
    const [busy, other] = await oneSlot();
    const held = call(busy, "held", []);
    const bytes = new Uint8Array([1, 2, 3]);
    const refused = await call(other, "sum", packArguments([transfer(bytes, [bytes.buffer])]));
    expect(bytes.byteLength).toBe(0);
    expect(refused).toEqual({ type: "busy", args: [new Uint8Array([1, 2, 3])] });
    const granted = slot(other);
    free();
    await Promise.all([held, granted]);
    const [again] = refused.type === "done" ? [] : refused.args;
    expect(await call(other, "sum", [again], true)).toMatchObject({ type: "done", value: 6 });
    // They move the second time as well.
    expect((again as Uint8Array).byteLength).toBe(0);
  });

  it("gives a request's body back as well", async () => {
    const [busy, other] = await oneSlot();
    const held = call(busy, "held", []);
    const body = new Uint8Array([1, 2, 3]).buffer;
    const request = packRequest("POST", "http://x/", [], body);
    const refused = await call(other, "length", [request]);
    expect(refused.type).toBe("busy");
    const granted = slot(other);
    free();
    await Promise.all([held, granted]);
    const args = refused.type === "done" ? [] : refused.args;
    expect(await call(other, "length", args, true)).toMatchObject({ value: 3 });
  });

  it("leaves the stream of a refused call untouched", async () => {
    const [busy, other] = await oneSlot();
    const held = call(busy, "held", []);
    let pulled = 0;
    const source = (async function* () {
      pulled += 1;
      yield new Uint8Array([1, 2, 3, 4]);
    })();
    const request = packRequest("POST", "http://x/", [], source);
    const refused = await call(other, "length", [request]);
    expect(pulled).toBe(0);
    const granted = slot(other);
    free();
    await Promise.all([held, granted]);
    const args = refused.type === "done" ? [] : refused.args;
    expect(await call(other, "length", args, true)).toMatchObject({ value: 4 });
  });

  it("cancels a stream whatever was called since it began", async () => {
    const { replica, channels } = await slots(2);
    const [channel] = channels;
    const cancellation = new Cancellation();
    const reply = await call(channel, "untilCancelled", [], false, cancellation);
    const items = (reply as { value: AsyncIterable<string> }).value[Symbol.asyncIterator]();
    await items.next();
    await call(channel, "sum", [new Uint8Array([1])]);
    cancellation.cancel(new Error("enough"));
    await expect(items.next()).rejects.toThrow("the call was cancelled");
    await replica.slots.idle();
  });

  it("rejects what is pending when it closes, and refuses what comes", async () => {
    const [channel] = await oneSlot();
    const held = call(channel, "held", []);
    channel.close({ expected: false, message: "it crashed" });
    await expect(held).rejects.toMatchObject({ code: "REPLICA_DIED" });
    await expect(held).rejects.toThrow("it crashed");
    expect(await call(channel, "sum", ["arg"])).toEqual({ type: "gone", args: ["arg"] });
    free();
  });

  it.each([
    ["no list", 7, "could not be understood"],
    ["no frame", [[99]], "was no frame"],
    ["a frame that goes the other way", [[Op.Release]], "goes the other way"],
    ["an error that is none", [[Op.Error, 1, null]], "could not be understood"],
  ])("rejects what is pending when %s comes, and tells its host", async (_what, message, why) => {
    const { port1, port2 } = new MessageChannel();
    const told: string[] = [];
    const channel = new CallChannel(
      "app/Worker#1",
      port1 as never,
      setImmediate,
      noHandle,
      (text) => told.push(text),
    );
    const pending = call(channel, "held", []);
    port2.postMessage(message);
    await expect(pending).rejects.toMatchObject({ code: "REPLICA_DIED" });
    await expect(pending).rejects.toThrow(why);
    expect(told).toEqual([expect.stringContaining(why)]);
  });

  it("tells late listeners of its end too", async () => {
    const [channel] = await oneSlot();
    channel.close({ expected: false, message: "it crashed" });
    const reason = await new Promise((resolve) => channel.whenClosed(resolve));
    expect(reason).toEqual({ expected: false, message: "it crashed" });
  });
});
