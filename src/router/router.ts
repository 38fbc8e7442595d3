import type { Cancellation } from "../cancellation.ts";
import { cancelled, unlessCancelled } from "../cancelled.ts";
import { watchDeadline } from "../deadline.ts";
import { ServeError } from "../errors.ts";
import type { DeploymentKey } from "../handle.ts";
import type { Platform } from "../platform.ts";
import type { CallReply, CallRequest } from "../replica/protocol.ts";
import type { CallState, RouterMetrics } from "../telemetry/router-metrics.ts";
import { queueSpan } from "../telemetry/spans.ts";
import { socketOf } from "../websocket/socket-response.ts";
import { Choice } from "./choice.ts";
import type { CallLimits, Directory, ReplicaSetChange } from "./directory.ts";
import { Line } from "./line.ts";
import type { Link, Turn } from "./link.ts";
import { RouterLoad } from "./router-load.ts";

/** What routers need of a platform. */
export type RouterPlatform = Pick<Platform<unknown>, "clock" | "hold">;

/**
 * Admits, queues and sends one caller's calls to the replicas of one deployment. Waiting calls go by priority, then by
 * age; a slot that frees takes the first at once. Only calls that never started are sent again.
 */
export class Router {
  readonly #key: DeploymentKey;
  readonly #platform: RouterPlatform;
  readonly #metrics: RouterMetrics | undefined;
  readonly #choice: Choice;
  readonly #line: Line;
  readonly #load: RouterLoad;
  readonly #unwatch: () => void;
  /** Until the first news, which a worker has to wait for. */
  #news: PromiseWithResolvers<void> | undefined = Promise.withResolvers<void>();
  #limits: CallLimits = {
    maxOngoingRequests: 1,
    maxQueuedRequests: -1,
    requestTimeoutMs: undefined,
    router: "powerOfTwo",
    canary: undefined,
  };
  #failure: unknown;

  /** @param random uniform in [0, 1) */
  constructor(
    key: DeploymentKey,
    directory: Directory,
    random: () => number,
    platform: RouterPlatform,
    metrics?: RouterMetrics,
  ) {
    this.#key = key;
    this.#choice = new Choice(key, random);
    this.#line = new Line(key, this.#choice);
    this.#load = new RouterLoad(key, directory, platform.clock.now, () => this.#line.size);
    this.#platform = platform;
    this.#metrics = metrics;
    this.#unwatch = directory.watch(key, (change) => this.#apply(change));
  }

  /** Calls waiting for a replica. */
  get queued(): number {
    return this.#line.size;
  }

  /**
   * Ends `cancellation` once the result is there and its streams have ended; whoever made it does so when this throws.
   *
   * @returns the method's result; streams are still running
   * @throws what the method threw; ServeError `CANCELLED`, `TIMEOUT`, `BACKPRESSURE`, `REPLICA_DIED`, or the deployment's failure
   */
  async call(request: CallRequest, cancellation: Cancellation): Promise<unknown> {
    let state: CallState = "queued";
    let waitedMs = 0;
    let placed = false;
    this.#metrics?.calls.inc();
    this.#load.began();
    try {
      if (this.#news) await unlessCancelled(this.#key, cancellation, this.#news.promise);
      const { requestTimeoutMs } = this.#limits;
      if (requestTimeoutMs !== undefined) this.#limit(cancellation, requestTimeoutMs);
      if (cancellation.cancelled) throw cancelled(this.#key, cancellation.reason);
      for (let attempt = request; ; ) {
        let turn = this.#take(attempt);
        if (!turn) {
          const since = this.#platform.clock.now();
          const span = queueSpan(this.#key, request.origin);
          try {
            turn = await this.#wait(attempt, cancellation, !placed);
          } catch (error) {
            span?.fail(error);
            throw error;
          } finally {
            span?.end();
            placed = true;
            waitedMs += this.#platform.clock.now() - since;
          }
        }
        state = "running";
        const reply = await this.#send(turn, attempt, cancellation);
        if (reply.type === "done") {
          this.#metrics?.ran(waitedMs);
          request.queued?.(waitedMs);
          if (reply.ended) void reply.ended.then(() => this.#load.ended());
          else this.#load.ended();
          return reply.value;
        }
        state = "queued";
        if (cancellation.cancelled) throw cancelled(this.#key, cancellation.reason);
        if (reply.type === "gone") this.#choice.remove(turn.link);
        attempt = { ...request, args: reply.args };
      }
    } catch (error) {
      if (state === "running") this.#metrics?.ran(waitedMs);
      this.#metrics?.failed(error, cancellation, state);
      request.queued?.(waitedMs);
      this.#load.ended();
      throw error;
    }
  }

  /** Rejects what waits and stops watching the replica set. */
  close(error: unknown): void {
    this.#unwatch();
    this.#load.close();
    this.#choice.clear();
    this.#fail(error);
    this.#informed();
  }

  #limit(cancellation: Cancellation, timeoutMs: number): void {
    const { clock } = this.#platform;
    const earlier = cancellation.limit(clock.now() + timeoutMs);
    if (earlier) watchDeadline(cancellation, clock, this.#key);
  }

  async #send(turn: Turn, request: CallRequest, cancellation: Cancellation): Promise<CallReply> {
    const { link, reserved } = turn;
    try {
      if (cancellation.cancelled) {
        if (reserved) link.caller.release();
        throw cancelled(this.#key, cancellation.reason);
      }
      const reply = await link.caller.call(request, cancellation, reserved);
      if (reply.type === "done" && socketOf(reply.value)) cancellation.lift();
      if (reply.type === "done" && reply.ended) {
        reply.ended.then((failure) => {
          cancellation.end(failure);
          this.#metrics?.failed(failure, cancellation, "running");
          this.#release(link, request);
        });
        return reply;
      }
      if (reply.type === "done") cancellation.end();
      if (reply.type === "busy") this.#line.foundFull(link, request);
      this.#release(link, request);
      return reply;
    } catch (error) {
      this.#release(link, request);
      throw error;
    }
  }

  #take(request: CallRequest): Turn | undefined {
    const link = this.#choice.choose(request);
    link?.begin(request);
    return link && { link, reserved: false };
  }

  #release(link: Link, request: CallRequest): void {
    link.end(request);
    this.#line.serve();
  }

  /** @param bounded false for a call that waited before: it has its place already */
  #wait(request: CallRequest, cancellation: Cancellation, bounded: boolean): Promise<Turn> {
    const { maxQueuedRequests, backpressure } = this.#limits;
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (bounded && maxQueuedRequests >= 0 && this.#line.size >= maxQueuedRequests) {
      const message = `${this.#key}: ${this.#line.size} calls wait already (maxQueuedRequests); try again later`;
      return Promise.reject(new ServeError("BACKPRESSURE", message, backpressure));
    }
    const waiting = this.#platform.hold(this.#line.join(request, cancellation));
    if (this.#choice.links.length === 0) this.#load.held();
    return this.#metrics?.waiting(waiting) ?? waiting;
  }

  #apply(change: ReplicaSetChange): void {
    this.#limits = change.limits;
    this.#choice.apply(change);
    this.#load.follow(change.limits);
    this.#fail(change.failure);
    this.#informed();
    this.#line.serve();
  }

  #informed(): void {
    this.#news?.resolve();
    this.#news = undefined;
  }

  #fail(error: unknown): void {
    this.#failure = error;
    if (error === undefined) return;
    this.#line.fail(error);
  }
}
