import { manualClock } from "../../adapters/memory/clock.ts";
import type { Cancellation } from "../../src/cancellation.ts";
import { cancelled } from "../../src/cancelled.ts";
import { holdNothing } from "../../src/index.ts";
import type { CallReply, CallRequest, ReplicaCaller } from "../../src/replica/protocol.ts";
import type { CallLimits, Directory, ReplicaSetChange } from "../../src/router/directory.ts";
import type { Place } from "../../src/router/queue.ts";
import { Router } from "../../src/router/router.ts";

interface PuppetCall {
  readonly request: CallRequest;
  readonly cancellation: Cancellation;
  readonly reserved: boolean;
  answer(reply: CallReply): void;
}

/** A replica whose answers the test gives. */
export class Puppet implements ReplicaCaller {
  readonly replicaId: string;
  readonly models = new Set<string>();
  room = 0;
  readonly calls: PuppetCall[] = [];
  readonly slots: { place: Place; grant: () => void }[] = [];
  released = 0;

  constructor(replicaId: string) {
    this.replicaId = replicaId;
  }

  call(request: CallRequest, cancellation: Cancellation, reserved: boolean): Promise<CallReply> {
    return new Promise((answer, reject) => {
      this.calls.push({ request, cancellation, reserved, answer });
      cancellation.listener = (reason) => reject(cancelled(this.replicaId, reason));
    });
  }

  slot(place: Place, grant: () => void): void {
    this.slots.push({ place, grant });
  }

  release(): void {
    this.released += 1;
  }

  whenClosed(): void {}
}

export const LIMITS: CallLimits = {
  maxOngoingRequests: 1,
  maxQueuedRequests: -1,
  requestTimeoutMs: undefined,
  router: "powerOfTwo",
};

const NO_NEWS = {
  limits: LIMITS,
  added: [],
  removed: [],
  failure: undefined,
};

/** A router of these replicas, and what tells it more. */
export function routerOf(...given: readonly ReplicaCaller[] | readonly ["no news yet"]) {
  let tell: (change: ReplicaSetChange) => void = () => {};
  const clock = manualClock();
  const directory: Directory = {
    watch: (_key, listener) => {
      tell = listener;
      if (given[0] !== "no news yet")
        listener({ ...NO_NEWS, added: given as readonly ReplicaCaller[] });
      return () => {};
    },
    watchTraffic: () => () => {},
    measure: () => () => {},
  };
  const router = new Router("app/d", directory, () => 0, { clock, hold: holdNothing });
  return {
    router,
    clock,
    tell: (news: Partial<ReplicaSetChange>) => tell({ ...NO_NEWS, ...news }),
  };
}

export const request = (createdAt: number, priority = 0): CallRequest => ({
  method: "work",
  args: [createdAt],
  requestId: String(createdAt),
  priority,
  createdAt,
  http: false,
  affinity: {},
});
export const done = (value: unknown): CallReply => ({ type: "done", value, ended: undefined });
export const turn = () => new Promise((resolve) => setTimeout(resolve));
