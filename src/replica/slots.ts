import { CallQueue, type Place } from "../router/queue.ts";
import { Pulse } from "./pulse.ts";

/** One caller of a replica, as the replica's slots know it. */
export interface SlotHolder {
  /** Slots kept for its next calls. */
  kept: number;
}

interface Ticket extends Place {
  readonly holder: SlotHolder;
  readonly grant: () => void;
}

/**
 * The cap of a replica over all its callers. A slot that frees goes to the caller whose call has the best
 * place, and is kept for it until it is used or given back.
 */
export class Slots {
  #cap: number;
  readonly #pulse: Pulse;
  #kept = 0;
  readonly #tickets = new CallQueue<Ticket>();
  #idle: (() => void)[] = [];

  constructor(cap: number, pulse: Pulse = new Pulse()) {
    this.#cap = cap;
    this.#pulse = pulse;
  }

  /** A cap under what runs lets that end and takes nothing new until then. */
  set cap(cap: number) {
    this.#cap = cap;
    this.#grant();
  }

  get cap(): number {
    return this.#cap;
  }

  get running(): number {
    return this.#pulse.ongoing;
  }

  get vitals(): Pick<Pulse, "ongoing" | "turns"> {
    const { ongoing, turns } = this.#pulse;
    return { ongoing, turns };
  }

  /** Takes a slot for a call; false when there is none. */
  admit(holder: SlotHolder, reserved: boolean): boolean {
    if (reserved && holder.kept > 0) {
      holder.kept -= 1;
      this.#kept -= 1;
    } else if (this.running + this.#kept >= this.#cap) {
      return false;
    }
    this.#pulse.began();
    return true;
  }

  leave(): void {
    this.#pulse.ended();
    if (this.running === 0) for (const resolve of this.#idle.splice(0)) resolve();
    this.#grant();
  }

  /** Keeps a slot for later if one is free now. */
  keep(holder: SlotHolder): boolean {
    if (this.running + this.#kept >= this.#cap) return false;
    holder.kept += 1;
    this.#kept += 1;
    return true;
  }

  /** Waits in line for a slot; `grant` is called once it is kept. */
  wait(holder: SlotHolder, { priority, createdAt }: Place, grant: () => void): void {
    this.#tickets.add({ holder, priority, createdAt, grant });
    this.#grant();
  }

  /** Gives back a kept slot that is not needed. */
  giveBack(holder: SlotHolder): void {
    if (holder.kept === 0) return;
    holder.kept -= 1;
    this.#kept -= 1;
    this.#grant();
  }

  /** A caller is gone: its place in line and the slots kept for it go to others. */
  forget(holder: SlotHolder): void {
    this.#tickets.removeAll((ticket) => ticket.holder === holder);
    this.#kept -= holder.kept;
    holder.kept = 0;
    this.#grant();
  }

  /** Resolves once nothing runs. */
  async idle(): Promise<void> {
    if (this.running === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #grant(): void {
    while (this.#tickets.size > 0 && this.running + this.#kept < this.#cap) {
      const { holder, grant } = this.#tickets.takeFirst() as Ticket;
      holder.kept += 1;
      this.#kept += 1;
      grant();
    }
  }
}
