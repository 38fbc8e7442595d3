import type { NamedNode } from "../application-graph.ts";
import { ServeError } from "../errors.ts";
import { type Amounts, amounts, type Capacity, roomFor, scaled, shortage } from "../resources.ts";

/** Who has reserved what of a host. */
export class ResourceLedger {
  readonly capacity: Amounts;
  readonly #used: Record<string, number> = {};
  readonly #reservations = new Map<string, Amounts>();
  readonly #waiting = new Set<() => void>();

  constructor(capacity: Capacity) {
    this.capacity = amounts(capacity);
  }

  get free(): Amounts {
    const entries = Object.entries(this.capacity);
    return Object.fromEntries(
      entries.map(([name, amount]) => [name, amount - (this.#used[name] ?? 0)]),
    );
  }

  /**
   * Is this more than the host will ever have?
   *
   * @throws ServeError `INVALID_OPTION`
   */
  check(nodes: readonly NamedNode[]): void {
    for (const { name, options } of nodes) {
      const needs = amounts(options.resources);
      const fitting = roomFor(needs, this.capacity);
      if (fitting >= options.numReplicas) continue;
      const lacking = shortage(scaled(needs, options.numReplicas), this.capacity);
      throw new ServeError(
        "INVALID_OPTION",
        `deployment(${name}): option resources: ${options.numReplicas} replicas can't fit: ${lacking} in all; ask for less or tell the host what it has`,
      );
    }
  }

  room(needs: Amounts): number {
    return roomFor(needs, this.free);
  }

  reserve(replicaId: string, needs: Amounts): void {
    this.#reservations.set(replicaId, needs);
    this.#add(needs, 1);
  }

  /** Gives back what a replica had reserved; whoever waits for room is told. */
  release(replicaId: string): void {
    const needs = this.#reservations.get(replicaId);
    if (!needs) return;
    this.#reservations.delete(replicaId);
    this.#add(needs, -1);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const tell of waiting) tell();
  }

  /** Tells, once, when something is given back. */
  whenFreed(tell: () => void): void {
    this.#waiting.add(tell);
  }

  #add(needs: Amounts, sign: 1 | -1): void {
    for (const [name, need] of Object.entries(needs)) {
      this.#used[name] = (this.#used[name] ?? 0) + sign * need;
    }
  }
}
