import { RpcTarget } from "cloudflare:workers";
import { fromErrorData, toErrorData } from "../../src/error-data.ts";
import type { Incoming } from "../../src/replica/incoming.ts";
import type { Source } from "../../src/replica/iteration.ts";
import { Parcel } from "../../src/replica/parcel.ts";
import { cloneOf, relay } from "../../src/replica/relay.ts";
import type { Failure } from "./replica-rpc.ts";

/** A value as Workers RPC can carry it; `kind` 0 is a value that structured clone carries. */
export interface WireValue {
  readonly kind: number;
  readonly data: unknown;
  readonly items: ItemsRpc | undefined;
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
  return { kind, data, items: source && new Items(source, sent) };
}

/** @param broken turns what RPC throws when the other side dies into the error to show */
export function fromWire(wire: WireValue, broken: (error: unknown) => unknown): unknown {
  if (wire.kind === 0) return wire.data;
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
