import { RpcTarget } from "cloudflare:workers";
import { type ErrorData, fromErrorData, toErrorData } from "../../src/error-data.ts";
import type { DeploymentKey } from "../../src/handle.ts";
import type { Incoming } from "../../src/replica/incoming.ts";
import type { Source } from "../../src/replica/iteration.ts";
import { Kind, Parcel } from "../../src/replica/parcel.ts";
import type { ReplicaSpec } from "../../src/replica/protocol.ts";
import { cloneOf, relay } from "../../src/replica/relay.ts";
import type { Place } from "../../src/router/queue.ts";
import { applicationOf, type CloudflareModule, codeOf, noteCode } from "./code-names.ts";

/** What a replica in a Durable Object answers to. Errors cross as data, so whatever rejects is the platform's. */
export interface ReplicaRpc {
  start(spec: ReplicaSpec, code: CloudflareModule): Promise<Failure | undefined>;
  call(spec: ReplicaSpec, code: CloudflareModule, call: WireCall): Promise<WireReply>;
  cancel(caller: string, id: number, reason: ErrorData): Promise<void>;
  /** Keeps a slot for the caller if one is free now: a call whose arguments stream must not be refused. */
  keep(
    spec: ReplicaSpec,
    code: CloudflareModule,
    caller: string,
  ): Promise<"kept" | "busy" | "gone">;
  /** Resolves once a slot is kept for the caller. */
  slot(caller: string, place: Place): Promise<void>;
  release(caller: string): Promise<void>;
  reconfigure(spec: ReplicaSpec, code: CloudflareModule): Promise<Failure | undefined>;
  drain(): Promise<void>;
  check(spec: ReplicaSpec, code: CloudflareModule): Promise<Failure | undefined>;
  /** From now on calls are refused with `NOT_FOUND`, also after an eviction, until `start`. */
  retire(): Promise<void>;
  /** Ends the object's memory, and whatever runs in it. */
  abort(): Promise<void>;
}

export interface Failure {
  readonly error: ErrorData;
}

export interface WireCall {
  /** The isolate that calls; ids are its own. */
  readonly caller: string;
  readonly id: number;
  readonly method: string;
  readonly args: readonly WireValue[];
  readonly requestId: string;
  readonly deadline: number | undefined;
  readonly priority: number;
  readonly http: boolean;
  readonly reserved: boolean;
}

export type WireReply =
  | { readonly value: WireValue }
  | { readonly refused: "busy" | "gone" }
  | Failure;

/** A value as Workers RPC can carry it; `kind` 0 is a value that structured clone carries. */
export interface WireValue {
  readonly kind: number;
  readonly data: unknown;
  readonly items: ItemsRpc | undefined;
}

/** A handle, with what an object needs to reach a deployment of another application. */
interface HandleData {
  readonly key: DeploymentKey;
  readonly code: CloudflareModule | undefined;
}

/** A stream of any values, pulled: Workers RPC streams bytes only. */
export interface ItemsRpc {
  next(): Promise<ItemBatch>;
  stop(): Promise<void>;
}

export type ItemBatch = { readonly items: readonly unknown[]; readonly done: boolean } | Failure;

/** The end of a stream that is pulled. Disposed, as it is when its reader is gone, it leaves its source. */
class Items extends RpcTarget implements ItemsRpc {
  readonly #incoming: Incoming;

  constructor(source: Source, sent: () => void) {
    super();
    this.#incoming = relay(source, sent, () => {});
  }

  async next(): Promise<ItemBatch> {
    try {
      return await this.#incoming.nextBatch();
    } catch (error) {
      return { error: toErrorData(error) };
    }
  }

  async stop(): Promise<void> {
    await this.#incoming.return();
  }

  [Symbol.dispose](): void {
    void this.stop();
  }
}

/**
 * @param sent called once when a stream in the value has ended or was left; not called for other values
 * @throws DataCloneError; RPC itself would turn down class instances, which elsewhere arrive as plain objects
 */
export function toWire(value: unknown, sent: () => void): WireValue {
  if (!(value instanceof Parcel)) return { kind: 0, data: cloneOf(value), items: undefined };
  const { kind, data, source } = value;
  if (kind === Kind.Handle) {
    const key = data as DeploymentKey;
    return { kind, data: { key, code: codeOf(key) } satisfies HandleData, items: undefined };
  }
  return { kind, data, items: source && new Items(source, sent) };
}

/** @param broken turns what RPC throws when the other side dies into the error to show */
export function fromWire(wire: WireValue, broken: (error: unknown) => unknown): unknown {
  if (wire.kind === 0) return wire.data;
  if (wire.kind === Kind.Handle) {
    const { key, code } = wire.data as HandleData;
    if (code !== undefined) noteCode(applicationOf(key), code);
    return new Parcel(wire.kind, key);
  }
  return new Parcel(wire.kind, wire.data, wire.items && pulled(wire.items, broken));
}

function pulled(items: ItemsRpc, broken: (error: unknown) => unknown): AsyncIterator<unknown> {
  let ready: unknown[] = [];
  let last = false;
  const next = async (): Promise<IteratorResult<unknown>> => {
    while (ready.length === 0) {
      if (last) {
        dispose(items);
        return { done: true, value: undefined };
      }
      const batch = await items.next().catch((error: unknown) => {
        throw broken(error);
      });
      if ("error" in batch) throw fromErrorData(batch.error);
      ready = [...batch.items];
      last = batch.done;
    }
    return { done: false, value: ready.shift() };
  };
  return {
    next,
    return: async (value) => {
      // A source that can't be told to stop is gone already.
      await items.stop().catch(() => {});
      dispose(items);
      return { done: true, value };
    },
  };
}

/** RPC holds a stub, and what it stands for, until it is disposed. */
function dispose(items: ItemsRpc & Partial<Disposable>): void {
  items[Symbol.dispose]?.();
}
