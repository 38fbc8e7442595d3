import { DurableObject } from "cloudflare:workers";
import { type Application, applicationGraph, mapApplications } from "../../src/application.ts";
import { Caller } from "../../src/caller.ts";
import { Cancellation } from "../../src/cancellation.ts";
import { type ErrorData, fromErrorData, toErrorData } from "../../src/error-data.ts";
import { ServeError } from "../../src/errors.ts";
import type { Platform } from "../../src/index.ts";
import { whenEnded } from "../../src/replica/iteration.ts";
import { Parcel, unpack } from "../../src/replica/parcel.ts";
import type { ReplicaSpec } from "../../src/replica/protocol.ts";
import { type Execution, Replica } from "../../src/replica/replica.ts";
import type { SlotHolder } from "../../src/replica/slots.ts";
import { IsolateDirectory } from "./isolate-directory.ts";
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

interface Guest {
  readonly replica: Replica;
  readonly caller: Caller;
}

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

export type FindApplication = (exportName: string) => Application<unknown>;

/**
 * The Durable Object class of replicas: one object is one replica. An object that was evicted starts again with
 * the next call, so each call brings what it takes to start.
 */
export function replicaObject(
  find: FindApplication,
  platform: () => Platform<string>,
): ReplicaObjectClass {
  return class ReplicaObject extends DurableObject implements ReplicaRpc {
    #guest: Promise<Guest> | undefined;
    readonly #clients = new Map<string, Client>();

    async start(spec: ReplicaSpec, exportName: string): Promise<Failure | undefined> {
      try {
        await this.#started(spec, exportName);
        return undefined;
      } catch (error) {
        return { error: toErrorData(error) };
      }
    }

    async call(spec: ReplicaSpec, exportName: string, call: WireCall): Promise<WireReply> {
      try {
        const { replica, caller } = await this.#started(spec, exportName);
        const client = this.#client(call.caller);
        if (call.reserved) clearTimeout(client.leases.shift() ?? null);
        if (!replica.admit(client, call.reserved)) {
          return { refused: replica.draining ? "gone" : "busy" };
        }
        const cancellation = new Cancellation();
        client.running.set(call.id, cancellation);
        const args = call.args.map((wire) => {
          const parcel = fromWire(
            keepItems(wire),
            () => new ServeError("CANCELLED", "the caller is gone"),
          );
          return parcel ? unpack(parcel, caller.handle) : wire.data;
        });
        const execution = await replica.run({ ...call, args }, cancellation).catch((error) => {
          client.running.delete(call.id);
          throw error;
        });
        return this.#reply(execution, () => client.running.delete(call.id));
      } catch (error) {
        return { error: toErrorData(error) };
      }
    }

    async cancel(caller: string, id: number, reason: ErrorData): Promise<void> {
      this.#client(caller).running.get(id)?.cancel(fromErrorData(reason));
    }

    async keep(spec: ReplicaSpec, exportName: string, caller: string): Promise<boolean> {
      const guest = await this.#started(spec, exportName).catch(() => undefined);
      if (!guest) return true;
      const client = this.#client(caller);
      const kept = guest.replica.slots.keep(client);
      if (kept) this.#lease(guest.replica, client);
      return kept;
    }

    async slot(caller: string, since: number): Promise<void> {
      const guest = await this.#guest;
      const client = this.#client(caller);
      if (!guest) return;
      await new Promise<void>((resolve) => guest.replica.slots.wait(client, since, resolve));
      this.#lease(guest.replica, client);
    }

    async release(caller: string): Promise<void> {
      const guest = await this.#guest;
      const client = this.#client(caller);
      clearTimeout(client.leases.shift() ?? null);
      guest?.replica.slots.giveBack(client);
    }

    async drain(): Promise<void> {
      const guest = await this.#guest;
      await guest?.replica.drain();
    }

    async abort(): Promise<void> {
      this.ctx.abort("the replica was stopped");
    }

    #started(spec: ReplicaSpec, exportName: string): Promise<Guest> {
      // A start that failed is tried again by whoever asks next.
      this.#guest ??= startGuest(spec, exportName, find, platform()).catch((error) => {
        this.#guest = undefined;
        throw error;
      });
      return this.#guest;
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

    #reply({ value, parcel, finish }: Execution, forget: () => void): WireReply {
      const over = () => {
        forget();
        finish();
      };
      if (!parcel?.source) {
        over();
        return { value: toWire(value, parcel) };
      }
      const source = whenEnded(parcel.source, over);
      return { value: toWire(undefined, new Parcel(parcel.kind, parcel.data, source)) };
    }
  };
}

/** RPC takes an argument's stream away when the call returns, but a response may go on reading it. */
function keepItems(wire: WireValue): WireValue {
  const items = wire.items as (ItemsRpc & { dup(): ItemsRpc }) | undefined;
  return items ? { ...wire, items: items.dup() } : wire;
}

async function startGuest(
  spec: ReplicaSpec,
  exportName: string,
  find: FindApplication,
  platform: Platform<string>,
): Promise<Guest> {
  const graph = applicationGraph(find(exportName));
  const node = graph.nodes.find(({ name }) => name === spec.deployment);
  if (!node) {
    const has = graph.nodes.map(({ name }) => name).join(", ");
    throw new ServeError(
      "INVALID_APPLICATION",
      `${exportName}: the application has no deployment ${spec.deployment}, it has ${has}`,
    );
  }
  const directory = new IsolateDirectory(spec.application, graph, exportName, platform);
  const caller = new Caller(directory, platform);
  const args = mapApplications(node.args, (application) =>
    caller.handle(`${spec.application}/${graph.nameOf(application)}`),
  );
  const replica = await Replica.start(spec, node, args as unknown[], platform.asyncContext);
  return { replica, caller };
}
