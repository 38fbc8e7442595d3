import type { ReplicaSettings } from "../../src/replica/protocol.ts";
import type { ReplicaOrigin } from "./replica-rpc.ts";

const KEY = "isoserve.replica";

interface Kept extends ReplicaOrigin {
  readonly leaving: boolean;
}

/** What an object keeps of the replica that it is, in its own storage: it starts again from it after an eviction. */
export class ReplicaMemory {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Undefined for an object that is no replica, or one that leaves. */
  async origin(): Promise<ReplicaOrigin | undefined> {
    const kept = await this.#storage.get<Kept>(KEY);
    return kept?.leaving ? undefined : kept;
  }

  async keep(origin: ReplicaOrigin): Promise<void> {
    await this.#storage.put(KEY, { ...origin, leaving: false } satisfies Kept);
  }

  change(settings: ReplicaSettings): Promise<void> {
    return this.#alter(({ spec }) => ({ spec: { ...spec, ...settings } }));
  }

  /** From now on it takes no calls, also when it was evicted. */
  leave(): Promise<void> {
    return this.#alter(() => ({ leaving: true }));
  }

  async clear(): Promise<void> {
    await this.#storage.deleteAll();
  }

  async #alter(change: (kept: Kept) => Partial<Kept>): Promise<void> {
    const kept = await this.#storage.get<Kept>(KEY);
    if (kept) await this.#storage.put(KEY, { ...kept, ...change(kept) });
  }
}
