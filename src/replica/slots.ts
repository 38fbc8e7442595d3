import { Pulse } from "./pulse.ts";

/** One caller of a replica, as the replica's slots know it. */
export interface SlotHolder {
  /** Slots kept for its next calls. */
  kept: number;
}

interface Ticket {
  readonly holder: SlotHolder;
  readonly since: number;
  readonly grant: () => void;
}

/**
 * The cap of a replica over all its callers. A slot that frees goes to the caller whose oldest call has waited
 * longest, and is kept for it until it is used or given back.
 */
export class Slots {
  #cap: number;
  readonly #pulse: Pulse;
  #kept = 0;
  #tickets: Ticket[] = [];
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
  wait(holder: SlotHolder, since: number, grant: () => void): void {
    this.#tickets.push({ holder, since, grant });
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
    this.#tickets = this.#tickets.filter((ticket) => ticket.holder !== holder);
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
    while (this.#tickets.length > 0 && this.running + this.#kept < this.#cap) {
      const oldest = this.#tickets.reduce((a, b) => (b.since < a.since ? b : a));
      this.#tickets.splice(this.#tickets.indexOf(oldest), 1);
      oldest.holder.kept += 1;
      this.#kept += 1;
      oldest.grant();
    }
  }
}
