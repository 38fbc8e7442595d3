import type { NamedNode } from "../application-graph.ts";
import { initialCount } from "../autoscale/autoscaling-options.ts";
import { ServeError } from "../errors.ts";
import {
  type Amounts,
  amounts,
  type Capacity,
  fits,
  lacking,
  roomFor,
  scaled,
  total,
} from "../resources.ts";

/** Equal reservations, counted: sums of what comes and goes would drift. */
interface Reserved {
  readonly needs: Amounts;
  count: number;
}

/** Who has reserved what of a host. */
export class ResourceLedger {
  readonly capacity: Amounts;
  readonly #reserved = new Map<string, Reserved>();
  /** What each replica has, as a key of `#reserved`. */
  readonly #holders = new Map<string, string>();
  readonly #waiting = new Set<() => void>();

  constructor(capacity: Capacity) {
    this.capacity = amounts(capacity);
  }

  get free(): Amounts {
    const used = [...this.#reserved.values()];
    const entries = Object.entries(this.capacity).map(([name, amount]) => {
      const taken = used.reduce((sum, { needs, count }) => sum + (needs[name] ?? 0) * count, 0);
      return [name, amount - taken] as const;
    });
    return Object.fromEntries(entries);
  }

  /**
   * Is what the deployments of an application need more than the host will ever have?
   *
   * @throws ServeError `INVALID_OPTION`
   */
  check(nodes: readonly NamedNode[]): void {
    const needs = nodes.map(({ options }) =>
      scaled(amounts(options.resources), initialCount(options)),
    );
    for (const [index, one] of needs.entries()) {
      if (fits(one, this.capacity)) continue;
      const { name, options } = nodes[index] as NamedNode;
      throw tooMuch(`deployment(${name})`, `${initialCount(options)} replicas`, one, this.capacity);
    }
    const all = total(needs);
    if (fits(all, this.capacity)) return;
    const names = nodes.map(({ name }) => name).join(", ");
    throw tooMuch(`deployments ${names}`, "their replicas together", all, this.capacity);
  }

  room(needs: Amounts): number {
    return roomFor(needs, this.free);
  }

  reserve(replicaId: string, needs: Amounts): void {
    const key = JSON.stringify(needs);
    const reserved = this.#reserved.get(key) ?? { needs, count: 0 };
    reserved.count += 1;
    this.#reserved.set(key, reserved);
    this.#holders.set(replicaId, key);
  }

  /** Gives back what a replica had reserved; whoever waits for room is told. */
  release(replicaId: string): void {
    const key = this.#holders.get(replicaId);
    if (key === undefined) return;
    this.#holders.delete(replicaId);
    const reserved = this.#reserved.get(key) as Reserved;
    reserved.count -= 1;
    if (reserved.count === 0) this.#reserved.delete(key);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const tell of waiting) tell();
  }

  /** Tells, once, when something is given back. */
  whenFreed(tell: () => void): void {
    this.#waiting.add(tell);
  }
}

function tooMuch(where: string, what: string, needs: Amounts, capacity: Amounts): ServeError {
  return new ServeError(
    "INVALID_OPTION",
    `${where}: option resources: ${what} need ${lacking(needs, capacity)} in all; ask for less or tell the host what it has`,
  );
}
