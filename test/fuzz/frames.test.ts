import fc from "fast-check";
import { expect, it } from "vitest";
import { manualClock } from "../../adapters/memory/clock.ts";
import { applicationGraph, type NamedNode } from "../../src/application-graph.ts";
import { Cancellation } from "../../src/cancellation.ts";
import { context, synchronousContext } from "../../src/context.ts";
import { deployment } from "../../src/index.ts";
import { keepNothing } from "../../src/keep-alive.ts";
import { holdNothing } from "../../src/platform.ts";
import { CallChannel } from "../../src/replica/channel.ts";
import { ChannelServer } from "../../src/replica/channel-server.ts";
import { isFrame } from "../../src/replica/frame-check.ts";
import { Parcel } from "../../src/replica/parcel.ts";
import { Replica } from "../../src/replica/replica.ts";
import { quietScope } from "../fixtures/log-book.ts";
import { anyFrame, anyMessages } from "./frames.ts";
import { heapUsed } from "./heap-used.ts";

/** `npm run soak` sends a hundred times as much. */
const LONG = process.env["ISOSERVE_SOAK"] !== undefined;
const RUNS = LONG ? 20_000 : 200;
const TIMEOUT_MS = LONG ? 600_000 : 60_000;

class Worker {
  answer(value: unknown): unknown {
    return value;
  }

  async *steps(): AsyncGenerator<number> {
    for (let step = 0; step < 40; step += 1) yield step;
  }

  async *endless(): AsyncGenerator<number> {
    for (let step = 0; ; step += 1) yield step;
  }

  async read(stream: AsyncIterable<unknown>): Promise<number> {
    let count = 0;
    for await (const _item of stream) count += 1;
    return count;
  }

  /** Ends when it is cancelled. */
  wait(): Promise<void> {
    const { signal } = context();
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  }

  fetch(): Response {
    return new Response("hello");
  }
}

const noHandle = () => {
  throw new Error("no handles here");
};
const turn = () => new Promise((resolve) => setTimeout(resolve));

async function startReplica(): Promise<Replica> {
  const [node] = applicationGraph(deployment(Worker).bind()).nodes as [NamedNode];
  const spec = {
    replicaId: "app/Worker#1",
    application: "app",
    deployment: "Worker",
    index: 0,
    metrics: true,
    maxOngoingRequests: 100,
    userConfig: undefined,
  };
  return Replica.start(spec, node, [], {
    asyncContext: synchronousContext(),
    clock: manualClock(),
    hold: holdNothing,
    keepAlive: keepNothing,
    scope: quietScope(),
  });
}

function request(method: string, args: readonly unknown[] = []) {
  const place = { priority: 0, createdAt: 1 };
  return { method, args, requestId: "r", ...place, http: false, affinity: {} };
}

it("isFrame tells of anything whether it is a frame", () => {
  fc.assert(
    fc.property(anyFrame(), (frame) => {
      expect(isFrame(frame)).toBeTypeOf("boolean");
    }),
    { numRuns: RUNS * 10 },
  );
});

it(
  "a replica goes on for its other callers whatever one of them sends",
  async () => {
    const replica = await startReplica();
    const { port1, port2 } = new MessageChannel();
    new ChannelServer(replica, port1 as never, setImmediate, noHandle);
    const honest = new CallChannel("app/Worker#1", port2 as never, setImmediate, noHandle);
    const attack = async (messages: readonly unknown[]) => {
      const { port1: theirs, port2: own } = new MessageChannel();
      new ChannelServer(replica, theirs as never, setImmediate, noHandle);
      own.on("message", () => {});
      for (const message of messages) own.postMessage(message);
      const answer = await honest.call(request("answer", ["fine"]), new Cancellation(), false);
      expect(answer).toMatchObject({ type: "done", value: "fine" });
      await turn();
      own.close();
      // What it started is cancelled with it, and its slots are free again.
      await replica.slots.idle();
    };
    const bytes = await flatHeap(() =>
      fc.assert(fc.asyncProperty(anyMessages(), attack), { numRuns: RUNS / 4 }),
    );
    expect(bytes).toBeLessThan(2e6);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    honest.close({ expected: true, message: "the test is over" });
  },
  TIMEOUT_MS,
);

it(
  "a caller's calls and streams all end whatever the replica sends",
  async () => {
    const suffer = async (messages: readonly unknown[]) => {
      const { port1, port2 } = new MessageChannel();
      const channel = new CallChannel("app/Worker#1", port1 as never, setImmediate, noHandle);
      port2.on("message", () => {});
      const source = (async function* () {
        for (let step = 0; ; step += 1) yield step;
      })();
      const calls = [
        channel.call(request("answer", [1]), new Cancellation(), false),
        channel.call(request("read", [new Parcel(4, 0, source)]), new Cancellation(), false),
        channel.call(request("steps"), new Cancellation(), false),
        channel.call({ ...request("fetch"), http: true }, new Cancellation(), false),
      ];
      channel.slot({ priority: 0, createdAt: 1 }, () => {});
      const read = Promise.allSettled(calls).then((outcomes) =>
        Promise.allSettled(outcomes.map((outcome) => readAll(outcome))),
      );
      for (const message of messages) port2.postMessage(message);
      await turn();
      channel.close({ expected: false, message: "the replica died" });
      expect(await read).toHaveLength(calls.length);
      expect(channel.pending).toBe(0);
      expect(channel.models.size).toBeLessThan(50);
      port2.close();
    };
    const bytes = await flatHeap(() =>
      fc.assert(fc.asyncProperty(anyMessages(), suffer), { numRuns: RUNS / 4 }),
    );
    expect(bytes).toBeLessThan(2e6);
  },
  TIMEOUT_MS,
);

/** Does something four times over. Returns what the last two times left on the heap. */
async function flatHeap(round: () => Promise<void>): Promise<number> {
  await round();
  await round();
  const before = heapUsed();
  await round();
  await round();
  return heapUsed() - before;
}

/** Reads what a call gave to its end. */
async function readAll(outcome: PromiseSettledResult<unknown>): Promise<void> {
  if (outcome.status === "rejected") return;
  const { value, ended } = outcome.value as { value?: unknown; ended?: Promise<unknown> };
  if (value instanceof Response) await value.arrayBuffer();
  else if (ended) for await (const _item of value as AsyncIterable<unknown>);
  await ended;
}
