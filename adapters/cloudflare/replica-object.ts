import { DurableObject } from "cloudflare:workers";
import { Cancellation } from "../../src/cancellation.ts";
import { type ErrorData, fromErrorData, toErrorData } from "../../src/error-data.ts";
import { ServeError } from "../../src/errors.ts";
import type { ReplicaSettings } from "../../src/replica/protocol.ts";
import type { Place } from "../../src/router/queue.ts";
import type { MetricsSnapshot } from "../../src/telemetry/snapshot.ts";
import { received, replyOf } from "./call-values.ts";
import type { ControllerRpc } from "./controller-rpc.ts";
import { type Guest, startGuest } from "./guest.ts";
import type { IsolateEnvironment } from "./isolate-directory.ts";
import type { Client } from "./replica-clients.ts";
import { ReplicaMemory } from "./replica-memory.ts";
import type {
  Failure,
  Health,
  ReplicaOrigin,
  ReplicaRpc,
  WireAnswer,
  WireCall,
  WireReply,
} from "./replica-rpc.ts";

/** What replicas in objects need of their script. */
export interface ReplicaEnvironment extends IsolateEnvironment {
  readonly controller: () => Pick<ControllerRpc, "failed" | "metrics">;
}

export type ReplicaObjectClass = new (
  state: DurableObjectState,
  env: never,
) => DurableObject & ReplicaRpc;

/**
 * The Durable Object class of replicas: an object that the controller has started is one replica, until it is retired.
 * An object that was evicted starts again with the next call, with what the controller gave it last; one that is no
 * replica refuses calls, so that whoever has an old table asks for the new one.
 */
export function replicaObject(environment: ReplicaEnvironment): ReplicaObjectClass {
  return class ReplicaObject extends DurableObject implements ReplicaRpc {
    readonly #memory = new ReplicaMemory(this.ctx.storage);
    #guest: Promise<Guest | undefined> | undefined;
    #leaving = false;

    async start(origin: ReplicaOrigin): Promise<Failure | undefined> {
      try {
        await this.#memory.keep(origin);
        this.#guest = startGuest(origin, environment);
        await this.#guest;
        return undefined;
      } catch (error) {
        await this.#forget();
        return { error: toErrorData(error) };
      }
    }

    async call(call: WireCall): Promise<WireReply> {
      try {
        const guest = await this.#running();
        if (!guest) return { refused: "gone" };
        const client = guest.clients.get(call.caller);
        const answer = await this.#answer(call, guest, client);
        const models = guest.clients.modelNews(client);
        const room = guest.clients.roomNews(client);
        return {
          ...answer,
          ...(models && { models }),
          ...(room !== undefined && { room }),
        };
      } catch (error) {
        return { error: toErrorData(error) };
      }
    }

    async #answer(
      call: WireCall,
      { replica, clients, directory }: Guest,
      client: Client,
    ): Promise<WireAnswer> {
      try {
        const kept = call.reserved && clients.take(client);
        if (this.#leaving && !kept) return { refused: "gone" };
        if (!replica.admit(client, call.reserved)) {
          return { refused: replica.draining ? "gone" : "busy" };
        }
        // The deployments that it calls may have changed.
        directory.refresh();
        const cancellation = new Cancellation(call.deadline);
        client.running.set(call.id, cancellation);
        const receive = () => received(call.args, directory.caller.handle);
        const request = { ...call, affinity: { modelId: call.modelId } };
        const execution = await replica.run(request, receive, cancellation).catch((error) => {
          client.running.delete(call.id);
          throw error;
        });
        return replyOf(call.method, execution, () => client.running.delete(call.id));
      } catch (error) {
        return { error: toErrorData(error) };
      }
    }

    async cancel(caller: string, id: number, reason: ErrorData): Promise<void> {
      const guest = await this.#guest;
      guest?.clients.get(caller).running.get(id)?.cancel(fromErrorData(reason));
    }

    async keep(caller: string): ReturnType<ReplicaRpc["keep"]> {
      const guest = await this.#running();
      return guest ? guest.clients.keep(guest.clients.get(caller)) : "gone";
    }

    async slot(caller: string, place: Place): ReturnType<ReplicaRpc["slot"]> {
      const guest = await this.#running();
      return guest ? guest.clients.slot(guest.clients.get(caller), place) : "gone";
    }

    async release(caller: string): Promise<void> {
      const guest = await this.#guest;
      guest?.clients.giveBack(guest.clients.get(caller));
    }

    async reconfigure(settings: ReplicaSettings): Promise<Failure | undefined> {
      try {
        const { replica } = await this.#present();
        await replica.reconfigure(settings);
        await this.#memory.change(settings);
        return undefined;
      } catch (error) {
        return { error: toErrorData(error) };
      }
    }

    async check(): Promise<Health | Failure> {
      try {
        const { replica } = await this.#present();
        await replica.check();
        return { ongoing: replica.slots.running };
      } catch (error) {
        return { error: toErrorData(error) };
      }
    }

    async metrics(): Promise<MetricsSnapshot> {
      // One that was evicted has counted nothing since, and is not woken for it.
      const guest = await this.#guest;
      return guest?.replica.metrics() ?? [];
    }

    async autoscalingStats(): ReturnType<ReplicaRpc["autoscalingStats"]> {
      try {
        const { replica } = await this.#present();
        return { stats: await replica.autoscalingStats() };
      } catch (error) {
        return { error: toErrorData(error) };
      }
    }

    async drain(): Promise<void> {
      // At once: a call that comes from now on must not start again what was evicted.
      this.#leaving = true;
      await this.#memory.leave();
      const guest = await this.#guest;
      await guest?.clients.leave();
      await guest?.replica.drain();
    }

    async retire(): Promise<void> {
      await this.#forget();
    }

    async abort(): Promise<void> {
      this.ctx.abort("the replica was stopped");
    }

    /** Undefined where the object is no replica, or one that leaves. */
    async #running(): Promise<Guest | undefined> {
      if (!this.#leaving) this.#guest ??= this.#restart();
      return this.#guest;
    }

    /** @throws ServeError `REPLICA_DIED` when it is none any more */
    async #present(): Promise<Guest> {
      const guest = await this.#running();
      if (guest) return guest;
      const name = this.ctx.id.name ?? "the object";
      throw new ServeError("REPLICA_DIED", `${name} is no replica any more`);
    }

    async #restart(): Promise<Guest | undefined> {
      const origin = await this.#memory.origin();
      if (!origin) return undefined;
      try {
        return await startGuest(origin, environment);
      } catch (error) {
        // The controller starts another one, and goes on trying if need be.
        await this.#forget();
        const told = environment.controller().failed(origin.spec.replicaId, toErrorData(error));
        // Where the controller can't be told, the isolates that are refused will tell it.
        await told.catch(() => {});
        return undefined;
      }
    }

    async #forget(): Promise<void> {
      this.#guest = Promise.resolve(undefined);
      await this.#memory.clear();
    }
  };
}
