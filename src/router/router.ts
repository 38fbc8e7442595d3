import type { Cancellation } from "../cancellation.ts";
import { ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import type { CallReply, CallRequest, ReplicaCaller } from "../replica/protocol.ts";
import { cancelled } from "./cancelled.ts";
import { choosePowerOfTwo } from "./choose.ts";
import type { CallLimits, Directory, ReplicaSetChange } from "./directory.ts";
import { CallQueue } from "./queue.ts";

/** One replica as this router sees it. */
interface Link {
  readonly caller: ReplicaCaller;
  ongoing: number;
  /** Other callers hold its slots too; it will tell when one is kept for this router. */
  full: boolean;
}

/** A call's turn at a replica, already counted as ongoing there. */
interface Turn {
  readonly link: Link;
  readonly reserved: boolean;
}

type Hold = <T>(waiting: Promise<T>) => Promise<T>;

interface WaitingCall {
  readonly createdAt: number;
  readonly resolve: (turn: Turn) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Admits, queues and sends one caller's calls to the replicas of one deployment. Waiting calls are first in,
 * first out by age; a slot that frees takes the oldest at once. Only calls that never started are sent again.
 */
export class Router {
  readonly #key: DeploymentKey;
  readonly #random: () => number;
  readonly #hold: Hold;
  readonly #queue = new CallQueue<WaitingCall>();
  readonly #unwatch: () => void;
  #links: Link[] = [];
  #limits: CallLimits = { maxOngoingRequests: 1, maxQueuedRequests: -1 };
  #failure: unknown;

  /**
   * @param random uniform in [0, 1)
   * @param hold see `Platform.hold`
   */
  constructor(key: DeploymentKey, directory: Directory, random: () => number, hold: Hold) {
    this.#key = key;
    this.#random = random;
    this.#hold = hold;
    this.#unwatch = directory.watch(key, (change) => this.#apply(change));
  }

  /** Calls waiting for a replica. */
  get queued(): number {
    return this.#queue.size;
  }

  /**
   * @returns the method's result; streams are still running
   * @throws what the method threw; ServeError `CANCELLED`, `BACKPRESSURE`, `REPLICA_DIED`, or the deployment's failure
   */
  async call(request: CallRequest, cancellation: Cancellation): Promise<unknown> {
    if (cancellation.cancelled) throw cancelled(this.#key, cancellation.reason);
    let attempt = request;
    let turn = this.#take() ?? (await this.#wait(attempt, cancellation, true));
    for (;;) {
      const { link } = turn;
      const reply = await this.#send(turn, attempt, cancellation);
      if (reply.type === "done") return reply.value;
      if (cancellation.cancelled) throw cancelled(this.#key, cancellation.reason);
      if (reply.type === "gone") this.#remove(link);
      attempt = { ...request, args: reply.args };
      turn = this.#take() ?? (await this.#wait(attempt, cancellation, false));
    }
  }

  /** Rejects what waits and stops watching the replica set. */
  close(error: unknown): void {
    this.#unwatch();
    this.#links = [];
    this.#fail(error);
  }

  async #send(turn: Turn, request: CallRequest, cancellation: Cancellation): Promise<CallReply> {
    const { link, reserved } = turn;
    try {
      const reply = await link.caller.call(request, cancellation, reserved);
      if (reply.type === "done" && reply.ended) {
        reply.ended.then(() => this.#release(link));
        return reply;
      }
      if (reply.type === "busy") this.#waitForSlot(link, this.#oldest(request.createdAt));
      this.#release(link);
      return reply;
    } catch (error) {
      this.#release(link);
      throw error;
    }
  }

  #take(): Turn | undefined {
    const cap = this.#limits.maxOngoingRequests;
    const link = choosePowerOfTwo(this.#links, cap, this.#random);
    if (!link) return undefined;
    link.ongoing += 1;
    return { link, reserved: false };
  }

  #release(link: Link): void {
    link.ongoing -= 1;
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#queue.size > 0) {
      const turn = this.#take();
      if (!turn) return;
      this.#queue.takeOldest()?.resolve(turn);
    }
  }

  /** @param bounded false for a call that comes back: it has its place already */
  #wait(request: CallRequest, cancellation: Cancellation, bounded: boolean): Promise<Turn> {
    const { maxQueuedRequests } = this.#limits;
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (bounded && maxQueuedRequests >= 0 && this.#queue.size >= maxQueuedRequests) {
      const message = `${this.#key}: ${this.#queue.size} calls wait already (maxQueuedRequests); try again later`;
      return Promise.reject(new ServeError("BACKPRESSURE", message));
    }
    const waiting = new Promise<Turn>((resolve, reject) => {
      const remove = this.#queue.add({ createdAt: request.createdAt, resolve, reject });
      cancellation.listener = (reason) => {
        remove();
        reject(cancelled(this.#key, reason));
      };
    });
    return this.#hold(waiting);
  }

  /** The age of the oldest call that could use a slot. */
  #oldest(createdAt: number): number {
    return Math.min(createdAt, this.#queue.oldest?.createdAt ?? createdAt);
  }

  #waitForSlot(link: Link, since: number): void {
    if (link.full) return;
    link.full = true;
    link.caller.slot(since, () => this.#granted(link));
  }

  #granted(link: Link): void {
    link.full = false;
    const waiting = this.#queue.takeOldest();
    if (!waiting) return link.caller.release();
    link.ongoing += 1;
    waiting.resolve({ link, reserved: true });
    const next = this.#queue.oldest;
    if (next) this.#waitForSlot(link, next.createdAt);
  }

  #apply(change: ReplicaSetChange): void {
    this.#limits = change.limits;
    const removed = new Set(change.removed);
    if (removed.size > 0) {
      this.#links = this.#links.filter((link) => !removed.has(link.caller.replicaId));
    }
    for (const caller of change.added) this.#links.push({ caller, ongoing: 0, full: false });
    this.#fail(change.failure);
    this.#dispatch();
  }

  #fail(error: unknown): void {
    this.#failure = error;
    if (error === undefined) return;
    for (let call = this.#queue.takeOldest(); call; call = this.#queue.takeOldest()) {
      call.reject(error);
    }
  }

  #remove(link: Link): void {
    this.#links = this.#links.filter((other) => other !== link);
  }
}
