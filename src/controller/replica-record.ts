import type { ReplicaConnection } from "../platform.ts";
import type { Watch } from "./health-watch.ts";
import { type ReplicaState, type ReplicaView, serves } from "./reconcile.ts";
import type { ReplicaStatus } from "./status.ts";

/** One replica as its crew keeps it. */
export class ReplicaRecord<C extends ReplicaConnection> {
  readonly replicaId: string;
  readonly index: number;
  /** Which of the deployment's versions it is of. */
  readonly version: number;
  connection: C | undefined;
  /** Aborts a start that is not wanted any more. */
  readonly unwanted = new AbortController();
  started: Promise<void> = Promise.resolve();
  /** Of its health; undefined while or where it is not checked. */
  watch: Watch | undefined;
  #state: ReplicaState;
  #since: number;
  /** When it came to run; when it was started before that. */
  #ranSince: number;

  constructor(
    identity: { readonly replicaId: string; readonly index: number; readonly version: number },
    state: ReplicaState,
    now: number,
  ) {
    this.replicaId = identity.replicaId;
    this.index = identity.index;
    this.version = identity.version;
    this.#state = state;
    this.#since = now;
    this.#ranSince = now;
  }

  get state(): ReplicaState {
    return this.#state;
  }

  get ranSince(): number {
    return this.#ranSince;
  }

  enter(state: ReplicaState, now: number): void {
    if (state === this.#state) return;
    if (!serves(this) && state === "RUNNING") this.#ranSince = now;
    this.#state = state;
    this.#since = now;
  }

  /** @param version the one that is wanted */
  view(version: number): ReplicaView {
    const { replicaId, index, state, connection } = this;
    const ongoing = connection?.ongoing ?? 0;
    return { replicaId, index, state, current: this.version === version, ongoing };
  }

  get status(): ReplicaStatus {
    return { replicaId: this.replicaId, state: this.#state, since: Math.floor(this.#since) };
  }
}
