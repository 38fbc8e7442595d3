import { messageOf, ServeError } from "../errors.ts";

/** What a batch can hold. */
export interface Room {
  /** Begins the messages. */
  readonly where: string;
  /** The size it should have at most. */
  readonly limit: number;
  /** The size that the user allows, at least `limit`. */
  readonly maxSize: number;
  /** The number of items that it may have at most, whatever their size. */
  readonly maxCount: number;
  /** Undefined where each item is of size 1. */
  readonly sizeOf: ((values: readonly never[]) => number) | undefined;
}

export interface Filled<T> {
  readonly taken: readonly T[];
  /** Those that fit in no batch at all, and what to tell their callers. */
  readonly refused: readonly { readonly item: T; readonly error: unknown }[];
  /** Nothing more goes in: the next item, where there is one, has to wait. */
  readonly full: boolean;
  readonly size: number;
}

/**
 * Which of those that wait, the first one next, go into a batch together. An item that would be too much stays where it is,
 * at the head of the next batch. One that is larger than any batch may be is refused, and only that one; one that is merely
 * larger than `limit` runs by itself.
 */
export function fill<T extends { readonly value: unknown }>(
  waiting: Iterable<T>,
  room: Room,
): Filled<T> {
  const taken: T[] = [];
  const refused: { item: T; error: unknown }[] = [];
  let size = 0;
  for (const item of waiting) {
    const measured = measure(taken, item, room);
    if ("error" in measured) {
      refused.push({ item, error: measured.error });
    } else if (taken.length > 0 && measured.size > room.limit) {
      return { taken, refused, full: true, size };
    } else {
      taken.push(item);
      size = measured.size;
      const full = size >= room.limit || taken.length >= room.maxCount;
      if (full) return { taken, refused, full, size };
    }
  }
  return { taken, refused, full: false, size };
}

/** The same for items of size 1, without looking at them. */
export function isFull(count: number, { limit, maxCount }: Room): boolean {
  return count >= Math.min(limit, maxCount);
}

type Measured = { readonly size: number } | { readonly error: unknown };

function measure<T extends { readonly value: unknown }>(
  taken: readonly T[],
  item: T,
  { sizeOf, where, maxSize }: Room,
): Measured {
  if (!sizeOf) return { size: taken.length + 1 };
  let size: number;
  try {
    size = sizeOf([...taken, item].map(({ value }) => value as never));
  } catch (cause) {
    const message = `${where}: batchSizeFn failed: ${messageOf(cause)}`;
    return { error: new ServeError("INVALID_APPLICATION", message, { cause }) };
  }
  if (typeof size !== "number" || !(size >= 0)) {
    const message = `${where}: batchSizeFn must give a number of at least 0, got ${String(size)}`;
    return { error: new ServeError("INVALID_APPLICATION", message) };
  }
  if (taken.length > 0 || size <= maxSize) return { size };
  const message = `${where}: an item of size ${size} (batchSizeFn) fits in no batch; send less, or raise maxBatchSize, which is ${maxSize}`;
  return { error: new ServeError("PAYLOAD_TOO_LARGE", message) };
}
