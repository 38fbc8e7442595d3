import { DurableObject } from "cloudflare:workers";
import { Cancellation } from "../../src/cancellation.ts";
import { noSuchDeployment } from "../../src/controller/replica-sets.ts";
import { type ErrorData, fromErrorData, toErrorData } from "../../src/error-data.ts";
import { messageOf, ServeError } from "../../src/errors.ts";
import type { Platform } from "../../src/index.ts";
import { Parcel, unpack } from "../../src/replica/parcel.ts";
import type { ReplicaSpec } from "../../src/replica/protocol.ts";
import type { Execution, Replica } from "../../src/replica/replica.ts";
import type { SlotHolder } from "../../src/replica/slots.ts";
import type { Place } from "../../src/router/queue.ts";
import type { CloudflareModule, FindApplication } from "./code-names.ts";
import { type Guest, startGuest } from "./guest.ts";
import {
  type Failure,
  fromWire,
  type ItemsRpc,
  type ReplicaRpc,
  toWire,
  type WireCall,
  type WireReply,
  type WireValue,
} from "./rpc.ts";

/** A slot that its caller does not use within this time goes to others: the isolate may be gone. */
const KEPT_SLOT_MS = 5_000;

/** The storage key that marks the object of a replica that was stopped for good. */
const RETIRED = "retired";

/** One isolate that calls this replica. */
interface Client extends SlotHolder {
  readonly running: Map<number, Cancellation>;
  /** When each kept slot goes to others. */
  readonly leases: ReturnType<typeof setTimeout>[];
}

export type ReplicaObjectClass = new (
  state: DurableObjectState,
  env: never,
) => DurableObject & ReplicaRpc;

/**
 * The Durable Object class of replicas: one object is one replica. An object that was evicted starts again with
 * the next call, so each call brings what it takes to start.
 */
export function replicaObject(
  find: FindApplication,
  platform: () => Platform<CloudflareModule>,
): ReplicaObjectClass {
  return class ReplicaObject extends DurableObject implements ReplicaRpc {
    #guest: Promise<Guest> | undefined;
    readonly #clients = new Map<string, Client>();

    async start(spec: ReplicaSpec, code: CloudflareModule): Promise<Failure | undefined> {
      try {
        await this.ctx.storage.delete(RETIRED);
        await this.#started(spec, code);
        return undefined;
      } catch (error) {
        return { error: toErrorData(error) };
      }
    }

    async call(spec: ReplicaSpec, code: CloudflareModule, call: WireCall): Promise<WireReply> {
      try {
        const { replica, caller } = await this.#started(spec, code);
        const client = this.#client(call.caller);
        if (call.reserved) clearTimeout(client.leases.shift() ?? null);
        if (!replica.admit(client, call.reserved)) {
          return { refused: replica.draining ? "gone" : "busy" };
        }
        const cancellation = new Cancellation(call.deadline);
        client.running.set(call.id, cancellation);
        const receive = () =>
          call.args.map((wire) => {
            const value = fromWire(keepItems(wire), callerGone);
            return value instanceof Parcel ? unpack(value, caller.handle) : value;
          });
        const execution = await replica.run(call, receive, cancellation).catch((error) => {
          client.running.delete(call.id);
          throw error;
        });
        return this.#reply(call.method, execution, () => client.running.delete(call.id));
      } catch (error) {
        return { error: toErrorData(error) };
      }
    }

    async cancel(caller: string, id: number, reason: ErrorData): Promise<void> {
      this.#client(caller).running.get(id)?.cancel(fromErrorData(reason));
    }

    async keep(
      ...[spec, code, caller]: Parameters<ReplicaRpc["keep"]>
    ): ReturnType<ReplicaRpc["keep"]> {
      // Whatever keeps it from starting is for the call itself to tell.
      const guest = await this.#started(spec, code).catch(() => undefined);
      if (!guest) return "kept";
      if (guest.replica.draining) return "gone";
      const client = this.#client(caller);
      if (!guest.replica.slots.keep(client)) return "busy";
      this.#lease(guest.replica, client);
      return "kept";
    }

    async slot(caller: string, place: Place): Promise<void> {
      const guest = await this.#guest;
      const client = this.#client(caller);
      if (!guest) return;
      await new Promise<void>((resolve) => guest.replica.slots.wait(client, place, resolve));
      this.#lease(guest.replica, client);
    }

    async release(caller: string): Promise<void> {
      const guest = await this.#guest;
      const client = this.#client(caller);
      clearTimeout(client.leases.shift() ?? null);
      guest?.replica.slots.giveBack(client);
    }

    async reconfigure(spec: ReplicaSpec, code: CloudflareModule): Promise<Failure | undefined> {
      try {
        const { replica } = await this.#started(spec, code);
        await replica.reconfigure(spec);
        return undefined;
      } catch (error) {
        return { error: toErrorData(error) };
      }
    }

    async check(spec: ReplicaSpec, code: CloudflareModule): Promise<Failure | undefined> {
      try {
        const { replica } = await this.#started(spec, code);
        await replica.check();
        return undefined;
      } catch (error) {
        return { error: toErrorData(error) };
      }
    }

    async drain(): Promise<void> {
      const guest = await this.#guest;
      await guest?.replica.drain();
    }

    async retire(): Promise<void> {
      await this.ctx.storage.put(RETIRED, true);
    }

    async abort(): Promise<void> {
      this.ctx.abort("the replica was stopped");
    }

    #started(spec: ReplicaSpec, code: CloudflareModule): Promise<Guest> {
      // A start that failed is tried again by whoever asks next.
      this.#guest ??= this.#start(spec, code).catch((error) => {
        this.#guest = undefined;
        throw error;
      });
      return this.#guest;
    }

    async #start(spec: ReplicaSpec, code: CloudflareModule): Promise<Guest> {
      if (await this.ctx.storage.get(RETIRED)) {
        throw noSuchDeployment(`${spec.application}/${spec.deployment}`);
      }
      return startGuest(spec, code, find, platform());
    }

    #client(caller: string): Client {
      let client = this.#clients.get(caller);
      if (!client) {
        client = { kept: 0, running: new Map(), leases: [] };
        this.#clients.set(caller, client);
      }
      return client;
    }

    #lease(replica: Replica, client: Client): void {
      const lease = setTimeout(() => {
        client.leases.splice(client.leases.indexOf(lease), 1);
        replica.slots.giveBack(client);
      }, KEPT_SLOT_MS);
      client.leases.push(lease);
    }

    #reply(method: string, { value, parcel, finish }: Execution, forget: () => void): WireReply {
      const over = () => {
        forget();
        finish();
      };
      if (!parcel?.source) over();
      try {
        return { value: toWire(parcel ?? value, over) };
      } catch (error) {
        const message = `the result of ${method} can't be sent: ${messageOf(error)}`;
        throw new ServeError("NOT_CLONEABLE", message, { cause: error });
      }
    }
  };
}

function callerGone(): ServeError {
  return new ServeError("CANCELLED", "the caller is gone");
}

/** RPC takes an argument's stream away when the call returns, but a response may go on reading it. */
function keepItems(wire: WireValue): WireValue {
  const items = wire.items as (ItemsRpc & { dup(): ItemsRpc }) | undefined;
  return items ? { ...wire, items: items.dup() } : wire;
}
