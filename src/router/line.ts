import type { Cancellation } from "../cancellation.ts";
import { cancelled } from "../cancelled.ts";
import type { DeploymentKey } from "../handle.ts";
import type { CallRequest } from "../replica/protocol.ts";
import type { Choice } from "./choice.ts";
import type { Link, Turn } from "./link.ts";
import { pick, type Waiting } from "./pick.ts";
import { CallQueue, comparePlaces, type Place } from "./queue.ts";

interface WaitingCall extends Waiting {
  readonly request: CallRequest;
  readonly resolve: (turn: Turn) => void;
  readonly reject: (error: unknown) => void;
  /** Takes it out of the queue. */
  leave: () => void;
}

/** The calls of one router that wait for their turn at a replica, and their places in line there. */
export class Line {
  readonly #key: DeploymentKey;
  readonly #choice: Choice;
  readonly #queue = new CallQueue<WaitingCall>();
  /** Those of a session or for a model: they prefer some replicas. */
  #preferring = 0;

  constructor(key: DeploymentKey, choice: Choice) {
    this.#key = key;
    this.#choice = choice;
  }

  get size(): number {
    return this.#queue.size;
  }

  /** @throws ServeError `CANCELLED`, `TIMEOUT`; whatever `fail` is given */
  join(request: CallRequest, cancellation: Cancellation): Promise<Turn> {
    return new Promise((resolve, reject) => {
      const call = this.#add(request, resolve, reject);
      cancellation.listener = (reason) => {
        call.leave();
        reject(cancelled(this.#key, reason));
      };
      // What goes before all that wait here may go before the calls of others too.
      if (this.#queue.first !== call && !this.#choice.strict) return;
      for (const link of this.#choice.links) {
        if (link.full && this.#choice.accepts(request, link)) this.#ask(link, call);
      }
    });
  }

  /** Gives turns while there are any. */
  serve(): void {
    while (this.#queue.size > 0) {
      if (this.#choice.strict && !this.#choice.hasRoom) return;
      const picked = this.#pick(this.#takes);
      if (!picked) return;
      const { call, gets: link } = picked;
      this.#give(call, link, false);
    }
  }

  /** A call found all slots of a replica taken, and will wait here: asks for one. */
  foundFull(link: Link, place: Place): void {
    const { first } = this.#queue;
    this.#ask(link, first && comparePlaces(first, place) < 0 ? first : place);
  }

  fail(error: unknown): void {
    for (let { first } = this.#queue; first; { first } = this.#queue) {
      first.leave();
      first.reject(error);
    }
  }

  #add(
    request: CallRequest,
    resolve: WaitingCall["resolve"],
    reject: WaitingCall["reject"],
  ): WaitingCall {
    const { priority, createdAt, affinity } = request;
    const prefers = affinity.modelId !== undefined || affinity.sessionId !== undefined ? 1 : 0;
    const call = { priority, createdAt, request, passed: 0, resolve, reject, leave: () => {} };
    const remove = this.#queue.add(call);
    this.#preferring += prefers;
    call.leave = () => {
      if (remove()) this.#preferring -= prefers;
    };
    return call;
  }

  #give(call: WaitingCall, link: Link, reserved: boolean): void {
    call.leave();
    link.begin(call.request);
    call.resolve({ link, reserved });
  }

  #pick<O>(make: (call: WaitingCall, own: boolean) => O | undefined) {
    const { strict, heedsAffinity } = this.#choice;
    const preferred = heedsAffinity && this.#preferring > 0;
    return pick<WaitingCall, O>(this.#queue, { make, preferred, selective: strict });
  }

  readonly #takes = ({ request }: WaitingCall, own: boolean): Link | undefined => {
    const link = this.#choice.choose(request);
    return link && own && !this.#choice.prefers(request, link) ? undefined : link;
  };

  #ask(link: Link, place: Place): void {
    link.wait(place, (ticket) => this.#granted(link, ticket));
  }

  #granted(link: Link, ticket: Place): void {
    const suits = ({ request }: WaitingCall, own: boolean): true | undefined =>
      (own ? this.#choice.prefers(request, link) : this.#choice.accepts(request, link)) ||
      undefined;
    const call = this.#pick(suits)?.call;
    if (!call || call.priority < ticket.priority) {
      // What the slot was for has gone: others may go before what is left.
      link.caller.release();
      if (call) this.#ask(link, call);
      return;
    }
    this.#give(call, link, true);
    const next = pick(this.#queue, {
      make: suits,
      preferred: false,
      selective: this.#choice.strict,
    });
    if (next) this.#ask(link, next.call);
  }
}
