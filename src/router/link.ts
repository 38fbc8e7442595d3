import type { CallRequest, ReplicaCaller } from "../replica/protocol.ts";
import type { Candidate } from "./choose/candidate.ts";
import { hash32 } from "./hash.ts";
import { comparePlaces, type Place } from "./queue.ts";
import type { RouterCandidate } from "./router-option.ts";

/** A call's turn at a replica, already counted as ongoing there. */
export interface Turn {
  readonly link: Link;
  /** A slot is kept there for it. */
  readonly reserved: boolean;
}

let turns = 0;

/** One replica as a router sees it. */
export class Link implements Candidate, RouterCandidate {
  readonly caller: ReplicaCaller;
  readonly hash: number;
  #ongoing = 0;
  #lastTurn = 0;
  /** Places in line for a slot, each better than the one before. */
  readonly #tickets: Place[] = [];
  /** Models that calls on their way there will have it load, until the replica itself has told. */
  readonly #awaited = new Set<string>();

  constructor(caller: ReplicaCaller) {
    this.caller = caller;
    this.hash = hash32(caller.replicaId);
  }

  get replicaId(): string {
    return this.caller.replicaId;
  }

  get ongoing(): number {
    return this.#ongoing;
  }

  get lastTurn(): number {
    return this.#lastTurn;
  }

  /** Other callers hold its slots too; it will tell when one is kept for this router. */
  get full(): boolean {
    return this.#tickets.length > 0;
  }

  get models(): ReadonlySet<string> {
    return this.caller.models;
  }

  get room(): number {
    return this.caller.room;
  }

  holds(modelId: string): boolean {
    return this.models.has(modelId) || this.#awaited.has(modelId);
  }

  get modelCount(): number {
    return this.models.size + [...this.#awaited].filter((id) => !this.models.has(id)).length;
  }

  /** A call goes there. */
  begin({ affinity: { modelId } }: CallRequest): void {
    turns += 1;
    this.#lastTurn = turns;
    this.#ongoing += 1;
    if (modelId !== undefined && !this.models.has(modelId)) this.#awaited.add(modelId);
  }

  /** It has ended, or was refused: the replica has told whether it holds the model. */
  end({ affinity: { modelId } }: CallRequest): void {
    this.#ongoing -= 1;
    if (modelId !== undefined) this.#awaited.delete(modelId);
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
