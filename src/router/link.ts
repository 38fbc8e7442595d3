import type { ReplicaCaller } from "../replica/protocol.ts";
import type { Candidate } from "./choose.ts";
import { comparePlaces, type Place } from "./queue.ts";

/** A call's turn at a replica, already counted as ongoing there. */
export interface Turn {
  readonly link: Link;
  /** A slot is kept there for it. */
  readonly reserved: boolean;
}

/** One replica as a router sees it. */
export class Link implements Candidate {
  readonly caller: ReplicaCaller;
  ongoing = 0;
  /** Places in line for a slot, each better than the one before. */
  #tickets: Place[] = [];

  constructor(caller: ReplicaCaller) {
    this.caller = caller;
  }

  /** Other callers hold its slots too; it will tell when one is kept for this router. */
  get full(): boolean {
    return this.#tickets.length > 0;
  }

  /** Stands in line for a slot, unless it does so in as good a place already. */
  wait(place: Place, granted: (ticket: Place) => void): void {
    const best = this.#tickets.at(-1);
    if (best && comparePlaces(best, place) <= 0) return;
    const { priority, createdAt } = place;
    const ticket = { priority, createdAt };
    this.#tickets.push(ticket);
    this.caller.slot(ticket, () => {
      this.#tickets.splice(this.#tickets.indexOf(ticket), 1);
      granted(ticket);
    });
  }
}
