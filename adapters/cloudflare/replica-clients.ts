import type { ReplicaBatches } from "../../src/batch/replica-batches.ts";
import type { Cancellation } from "../../src/cancellation.ts";
import type { ReplicaModels } from "../../src/multiplex/replica-models.ts";
import type { Replica } from "../../src/replica/replica.ts";
import type { SlotHolder, Slots } from "../../src/replica/slots.ts";
import type { Place } from "../../src/router/queue.ts";

/** A slot that its caller does not use within this time goes to others: the isolate may be gone. */
const KEPT_SLOT_MS = 5_000;

/** One isolate that calls a replica. */
export interface Client extends SlotHolder {
  readonly running: Map<number, Cancellation>;
  /** Which state of the replica's models it was told. */
  modelState: number;
  /** `ReplicaBatches.room` as it was told. */
  room: number;
  /** When each kept slot goes to others. */
  readonly leases: ReturnType<typeof setTimeout>[];
}

/** The isolates that call a replica, and the slots that are kept for them. */
export class ReplicaClients {
  readonly #slots: Slots;
  readonly #models: Pick<ReplicaModels, "ids" | "watch">;
  readonly #batches: Pick<ReplicaBatches, "room">;
  /** Grows with each change of the models. */
  #modelState = 0;
  readonly #clients = new Map<string, Client>();
  /** The places in line. */
  readonly #waiting = new Set<(answer: "gone") => void>();
  #leases = 0;
  #leaving: PromiseWithResolvers<void> | undefined;

  constructor({ slots, models, batches }: Pick<Replica, "slots" | "models" | "batches">) {
    this.#slots = slots;
    this.#models = models;
    this.#batches = batches;
    models.watch(() => {
      this.#modelState += 1;
    });
  }

  get(caller: string): Client {
    let client = this.#clients.get(caller);
    if (!client) {
      client = { kept: 0, running: new Map(), modelState: -1, room: 0, leases: [] };
      this.#clients.set(caller, client);
    }
    return client;
  }

  /** The models that the replica holds or is loading, unless the isolate was told them already. */
  modelNews(client: Client): readonly string[] | undefined {
    if (client.modelState === this.#modelState) return undefined;
    client.modelState = this.#modelState;
    return [...this.#models.ids];
  }

  /** Calls that the replica's batches need at once, unless the isolate was told already. */
  roomNews(client: Client): number | undefined {
    const { room } = this.#batches;
    if (client.room === room) return undefined;
    client.room = room;
    return room;
  }

  keep(client: Client): "kept" | "busy" | "gone" {
    if (this.#leaving) return "gone";
    if (!this.#slots.keep(client)) return "busy";
    this.#lease(client);
    return "kept";
  }

  /** Resolves once a slot is kept, or none will be. */
  slot(client: Client, place: Place): Promise<"kept" | "gone"> {
    if (this.#leaving) return Promise.resolve("gone");
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      this.#slots.wait(client, place, () => {
        if (!this.#waiting.delete(resolve)) return this.#slots.giveBack(client);
        this.#lease(client);
        resolve("kept");
      });
    });
  }

  /** A slot that was kept is used or given back. Returns false where none was. */
  take(client: Client): boolean {
    const lease = client.leases.shift();
    if (lease === undefined) return false;
    clearTimeout(lease);
    this.#returned();
    return true;
  }

  giveBack(client: Client): void {
    this.take(client);
    this.#slots.giveBack(client);
  }

  /** Keeps no more slots. Resolves when those that are kept were used: what they were kept for may be on its way. */
  leave(): Promise<void> {
    if (!this.#leaving) {
      this.#leaving = Promise.withResolvers();
      for (const refuse of this.#waiting) refuse("gone");
      this.#waiting.clear();
      if (this.#leases === 0) this.#leaving.resolve();
    }
    return this.#leaving.promise;
  }

  #lease(client: Client): void {
    const lease = setTimeout(() => {
      client.leases.splice(client.leases.indexOf(lease), 1);
      this.#slots.giveBack(client);
      this.#returned();
    }, KEPT_SLOT_MS);
    client.leases.push(lease);
    this.#leases += 1;
  }

  #returned(): void {
    this.#leases -= 1;
    if (this.#leases === 0) this.#leaving?.resolve();
  }
}
