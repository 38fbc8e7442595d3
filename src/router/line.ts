import type { Cancellation } from "../cancellation.ts";
import { cancelled } from "../cancelled.ts";
import type { DeploymentKey } from "../handle.ts";
import type { CallRequest } from "../replica/protocol.ts";
import type { Link, Turn } from "./link.ts";
import { CallQueue, comparePlaces, type Place } from "./queue.ts";

/** What choosing a replica for a call goes by. */
export type RoutedCall = Pick<CallRequest, "affinity" | "requestId">;

interface WaitingCall extends Place, RoutedCall {
  readonly resolve: (turn: Turn) => void;
  readonly reject: (error: unknown) => void;
}

/** The calls of one router that wait for their turn at a replica, and their places in line there. */
export class Line {
  readonly #key: DeploymentKey;
  readonly #queue = new CallQueue<WaitingCall>();

  constructor(key: DeploymentKey) {
    this.#key = key;
  }

  get size(): number {
    return this.#queue.size;
  }

  /** @throws ServeError `CANCELLED`, `TIMEOUT`; whatever `fail` is given */
  join(
    place: Place & RoutedCall,
    cancellation: Cancellation,
    links: readonly Link[],
  ): Promise<Turn> {
    return new Promise((resolve, reject) => {
      const { priority, createdAt, affinity, requestId } = place;
      const call = { priority, createdAt, affinity, requestId, resolve, reject };
      const leave = this.#queue.add(call);
      cancellation.listener = (reason) => {
        leave();
        reject(cancelled(this.#key, reason));
      };
      // What goes before all that wait here may go before the calls of others too.
      if (this.#queue.first === call)
        for (const link of links) if (link.full) this.#ask(link, call);
    });
  }

  /** Gives turns while there are any. */
  serve(take: (call: RoutedCall) => Turn | undefined): void {
    for (let { first } = this.#queue; first; { first } = this.#queue) {
      const turn = take(first);
      if (!turn) return;
      this.#queue.takeFirst()?.resolve(turn);
    }
  }

  /** A call found all slots of a replica taken, and will wait here: asks for one. */
  foundFull(link: Link, place: Place): void {
    const { first } = this.#queue;
    this.#ask(link, first && comparePlaces(first, place) < 0 ? first : place);
  }

  fail(error: unknown): void {
    for (let call = this.#queue.takeFirst(); call; call = this.#queue.takeFirst()) {
      call.reject(error);
    }
  }

  #ask(link: Link, place: Place): void {
    link.wait(place, (ticket) => this.#granted(link, ticket));
  }

  #granted(link: Link, ticket: Place): void {
    const waiting = this.#queue.first;
    if (!waiting) return link.caller.release();
    if (waiting.priority < ticket.priority) {
      // What the slot was for has gone: others may go before what is left.
      link.caller.release();
      return this.#ask(link, waiting);
    }
    this.#queue.takeFirst();
    link.ongoing += 1;
    waiting.resolve({ link, reserved: true });
    const next = this.#queue.first;
    if (next) this.#ask(link, next);
  }
}
