import { transfer, transferList } from "../transfer.ts";
import type { Returned, Special } from "./frames.ts";
import { Parcel, pack } from "./parcel.ts";
import type { Streams } from "./streams.ts";

/** Arguments as a frame carries them. */
export interface EncodedArguments {
  readonly args: readonly unknown[];
  readonly specials: readonly (Special | 0)[] | 0;
  /** Buffers that move; undefined for none. */
  readonly moved: Transferable[] | undefined;
}

/** Encodes arguments. Their streams get no credit yet: the replica may refuse the call. */
export function encodeArguments(args: readonly unknown[], streams: Streams): EncodedArguments {
  let specials: (Special | 0)[] | 0 = 0;
  let sent: unknown[] | undefined;
  let moved: Transferable[] | undefined;
  for (let index = 0; index < args.length; index += 1) {
    const value = args[index];
    if (typeof value !== "object" || value === null) continue;
    const parcel = value instanceof Parcel ? value : undefined;
    const buffers = parcel ? parcel.moved : transferList(value);
    if (buffers) moved = moved ? [...moved, ...buffers] : buffers;
    if (!parcel) continue;
    const stream = parcel.source ? streams.send(parcel.source, 0, () => {}) : 0;
    specials ||= new Array<Special | 0>(args.length).fill(0);
    specials[index] = [parcel.kind, parcel.data, stream];
    sent ??= [...args];
    sent[index] = undefined;
  }
  return { args: sent ?? args, specials, moved };
}

/** Packs what needs it, once: a call that is refused is sent again with the same parcels. */
export function packArguments(args: readonly unknown[]): readonly unknown[] {
  let packed: unknown[] | undefined;
  for (let index = 0; index < args.length; index += 1) {
    const parcel = pack(args[index]);
    if (!parcel) continue;
    packed ??= [...args];
    packed[index] = parcel;
  }
  return packed ?? args;
}

/** The arguments of a refused call as they were, from what the replica gave back where buffers had been moved. */
export function restoreArguments(
  sent: readonly unknown[],
  returned: Returned | 0,
): readonly unknown[] {
  if (returned === 0) return sent;
  const [args, specials] = returned;
  return sent.map((value, index) => {
    if (value instanceof Parcel) {
      const special = specials === 0 ? 0 : specials[index];
      if (!value.moved || !special) return value;
      return new Parcel(value.kind, special[1], value.source, buffersIn(special[1]));
    }
    const back = args[index];
    return typeof back === "object" && back !== null ? transfer(back, buffersIn(back)) : back;
  });
}

/** The buffers in a value, a few levels down. */
export function buffersIn(value: unknown, depth = 0): ArrayBuffer[] {
  if (value instanceof ArrayBuffer) return [value];
  if (ArrayBuffer.isView(value)) return value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
  if (typeof value !== "object" || value === null || depth > 6) return [];
  const inner = Object.values(value).flatMap((item) => buffersIn(item, depth + 1));
  return [...new Set(inner)];
}
