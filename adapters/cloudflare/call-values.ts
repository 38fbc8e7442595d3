import { messageOf, ServeError } from "../../src/errors.ts";
import type { Execution } from "../../src/replica/executor.ts";
import { type HandleFor, Parcel, unpack } from "../../src/replica/parcel.ts";
import type { WireAnswer } from "./replica-rpc.ts";
import { fromWire, type ItemsRpc, toWire, type WireValue } from "./wire.ts";

/** The arguments of a call as its replica takes them. */
export function received(args: readonly WireValue[], handleFor: HandleFor): unknown[] {
  return args.map((wire) => {
    const value = fromWire(keepItems(wire), callerGone);
    return value instanceof Parcel ? unpack(value, handleFor) : value;
  });
}

/**
 * The result of a call on its way back.
 *
 * @param ended called once when the call is over, its streams too
 * @throws ServeError `NOT_CLONEABLE`
 */
export function replyOf(
  method: string,
  { value, parcel, batchWaitMs, finish }: Execution,
  ended: () => void,
): WireAnswer {
  const over = () => {
    ended();
    finish();
  };
  if (!parcel?.source) over();
  try {
    return {
      value: toWire(parcel ?? value, over),
      ...(batchWaitMs !== undefined && { batchWaitMs }),
    };
  } catch (error) {
    const message = `the result of ${method} can't be sent: ${messageOf(error)}`;
    throw new ServeError("NOT_CLONEABLE", message, { cause: error });
  }
}

function callerGone(): ServeError {
  return new ServeError("CANCELLED", "the caller is gone");
}

/** RPC takes an argument's stream away when the call returns, but a response may go on reading it. */
function keepItems(wire: WireValue): WireValue {
  const items = wire.items as (ItemsRpc & { dup(): ItemsRpc }) | undefined;
  return items ? { ...wire, items: items.dup() } : wire;
}
