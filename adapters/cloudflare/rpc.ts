import { RpcTarget } from "cloudflare:workers";
import { type ErrorData, fromErrorData, toErrorData } from "../../src/error-data.ts";
import type { Source } from "../../src/replica/iteration.ts";
import { Parcel } from "../../src/replica/parcel.ts";
import type { ReplicaSpec } from "../../src/replica/protocol.ts";

/** What a replica in a Durable Object answers to. Errors cross as data, so whatever rejects is the platform's. */
export interface ReplicaRpc {
  start(spec: ReplicaSpec, exportName: string): Promise<Failure | undefined>;
  call(spec: ReplicaSpec, exportName: string, call: WireCall): Promise<WireReply>;
  cancel(caller: string, id: number, reason: ErrorData): Promise<void>;
  /** Keeps a slot for the caller if one is free now: a call whose arguments stream must not be refused. */
  keep(spec: ReplicaSpec, exportName: string, caller: string): Promise<boolean>;
  /** Resolves once a slot is kept for the caller. */
  slot(caller: string, since: number): Promise<void>;
  release(caller: string): Promise<void>;
  drain(): Promise<void>;
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
  readonly createdAt: number;
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

/** A stream of any values, pulled: Workers RPC streams bytes only. */
export interface ItemsRpc {
  next(): Promise<ItemStep>;
  stop(): Promise<void>;
}

export type ItemStep = { readonly done: boolean; readonly value: unknown } | Failure;

/** The end of a stream that is pulled. Disposed, as it is when its reader is gone, it leaves its source. */
export class Items extends RpcTarget implements ItemsRpc {
  readonly #source: Source;

  constructor(source: Source) {
    super();
    this.#source = source;
  }

  async next(): Promise<ItemStep> {
    try {
      const { done, value } = await this.#source.next();
      return { done: done === true, value };
    } catch (error) {
      return { error: toErrorData(error) };
    }
  }

  async stop(): Promise<void> {
    await this.#source.return?.();
  }

  [Symbol.dispose](): void {
    void this.stop();
  }
}

export function toWire(value: unknown, parcel: Parcel | undefined): WireValue {
  if (!parcel) return { kind: 0, data: value, items: undefined };
  const { kind, data, source } = parcel;
  return { kind, data, items: source && new Items(source) };
}

/** @param broken turns what RPC throws when the other side dies into the error to show */
export function fromWire(wire: WireValue, broken: (error: unknown) => unknown): Parcel | undefined {
  if (wire.kind === 0) return undefined;
  return new Parcel(wire.kind, wire.data, wire.items && pulled(wire.items, broken));
}

/** RPC holds a stub, and what it stands for, until it is disposed. */
function dispose(items: ItemsRpc & Partial<Disposable>): void {
  items[Symbol.dispose]?.();
}

function pulled(items: ItemsRpc, broken: (error: unknown) => unknown): AsyncIterator<unknown> {
  return {
    next: async () => {
      const step = await items.next().catch((error: unknown) => {
        throw broken(error);
      });
      if ("error" in step) throw fromErrorData(step.error);
      if (!step.done) return { done: false, value: step.value };
      dispose(items);
      return { done: true, value: step.value };
    },
    return: async (value) => {
      // A source that can't be told to stop is gone already.
      await items.stop().catch(() => {});
      dispose(items);
      return { done: true, value };
    },
  };
}
