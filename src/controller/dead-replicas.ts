import { messageOf } from "../errors.ts";
import type { DeadReplica } from "./status.ts";

/** How many are remembered. */
const KEPT = 10;

/** What became of the replicas that failed last, the newest first. */
export class DeadReplicas {
  #dead: readonly DeadReplica[] = [];

  get list(): readonly DeadReplica[] {
    return this.#dead;
  }

  add(replicaId: string, diedAt: number, error: unknown): void {
    const stack = error instanceof Error ? error.stack : undefined;
    const dead = { replicaId, diedAt: Math.floor(diedAt), reason: messageOf(error), stack };
    this.#dead = [dead, ...this.#dead].slice(0, KEPT);
  }
}
