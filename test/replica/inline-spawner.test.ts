import { describe, expect, it } from "vitest";
import { applicationGraph } from "../../src/application-graph.ts";
import {
  deployment,
  type Handle,
  holdNothing,
  synchronousContext,
  systemClock,
} from "../../src/index.ts";
import { keepNothing } from "../../src/keep-alive.ts";
import { startInline } from "../../src/replica/inline-spawner.ts";
import type { CallRequest, ReplicaCaller } from "../../src/replica/protocol.ts";
import type { Directory } from "../../src/router/directory.ts";
import { LogBook } from "../fixtures/log-book.ts";

/** Calls another deployment as soon as it starts, and waits for the answer if it is told to. */
class Eager {
  readonly #below: Handle<{ work(): string }>;
  readonly #waits: boolean;

  constructor(below: Handle<{ work(): string }>, waits: boolean) {
    this.#below = below;
    this.#waits = waits;
  }

  async init(): Promise<void> {
    const answer = Promise.resolve(this.#below.work());
    answer.catch(() => {});
    if (this.#waits) await answer;
  }
}

/** A deployment that never answers. */
function silent() {
  const events: string[] = [];
  const caller: ReplicaCaller = {
    replicaId: "app/Silent#1",
    models: new Set(),
    room: 0,
    call: (_request: CallRequest, cancellation) => {
      events.push("called");
      return new Promise((_, reject) => {
        cancellation.listener = (reason) => {
          events.push(`cancelled: ${(reason as Error).message}`);
          reject(reason);
        };
      });
    },
    slot: () => {},
    release: () => {},
    whenClosed: () => {},
  };
  const limits = {
    maxOngoingRequests: 1,
    maxQueuedRequests: -1,
    requestTimeoutMs: undefined,
    router: "powerOfTwo",
  };
  const directory: Directory = {
    watch: (_key, listener) => {
      events.push("watched");
      listener({ limits, added: [caller], removed: [], failure: undefined } as never);
      return () => {
        events.push("unwatched");
      };
    },
    watchTraffic: () => () => {},
    measure: () => () => {},
  };
  return { events, directory };
}

function start(directory: Directory, signal: AbortSignal, waits: boolean) {
  const silentOne = deployment(
    class Silent {
      work() {
        return "";
      }
    },
  ).bind();
  const application = deployment(Eager).bind(silentOne as never, waits);
  const { nodes, referenceOf } = applicationGraph(application);
  const node = nodes.find(({ name }) => name === "Eager");
  if (!node) throw new Error("no node");
  const spec = {
    replicaId: "app/Eager#1",
    application: "app",
    deployment: "Eager",
    index: 0,
    maxOngoingRequests: 1,
    userConfig: undefined,
    metrics: false,
  };
  return startInline(spec, { node, referenceOf }, directory, signal, {
    clock: systemClock,
    asyncContext: synchronousContext(),
    hold: holdNothing,
    keepAlive: keepNothing,
    log: new LogBook(),
    defer: queueMicrotask,
  });
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

describe("what an inline replica called when it started", () => {
  it("is cancelled when the start is not wanted any more", async () => {
    const { events, directory } = silent();
    const unwanted = new AbortController();
    const started = start(directory, unwanted.signal, true);
    await turn();
    expect(events).toEqual(["watched", "called"]);
    unwanted.abort(new Error("not wanted"));
    await expect(started).rejects.toThrow("not wanted");
    expect(events).toEqual(["watched", "called", "cancelled: not wanted", "unwatched"]);
  });

  it("is cancelled when the replica is stopped", async () => {
    const { events, directory } = silent();
    const connection = await start(directory, new AbortController().signal, false);
    await turn();
    await connection.stop();
    expect(events).toEqual([
      "watched",
      "called",
      "cancelled: app/Eager#1: the replica that called is gone: it was stopped",
      "unwatched",
    ]);
  });
});
