import type { ErrorData } from "../error-data.ts";
import type { Origin } from "../origin.ts";
import { type Affinity, NO_AFFINITY } from "../router/affinity.ts";

/** What goes over a call channel: small arrays, since they clone fastest; the first element says which. */
export const Op = {
  // From the caller
  Call: 0,
  Cancel: 1,
  Slot: 2,
  Release: 3,
  // From the replica
  Value: 4,
  Error: 5,
  Refused: 6,
  Granted: 7,
  /** The replica is leaving: the caller answers with the same once it has all its answers. */
  Goodbye: 8,
  // Streams, either way
  Pull: 9,
  Item: 10,
  End: 11,
  Fail: 12,
  Stop: 13,
  // From the replica
  /** It holds a model, or is loading it; or does so no more. */
  Model: 14,
  /** So many calls its batches need at once. */
  Room: 15,
  /** A call, whose answer comes next, has waited for a batch. */
  Waited: 16,
} as const;

/** A parcel on the wire: its kind, what can be cloned of it, and the number of its stream (0 for none). */
export type Special = readonly [kind: number, data: unknown, stream: number];

/** The arguments of a call that was refused, given back because buffers in them had been moved. */
export type Returned = readonly [args: readonly unknown[], specials: readonly (Special | 0)[] | 0];

/**
 * At the end of a call's frame, and only as many as there are: the route, the trace's parent and its state; with the flag
 * `NAMED` the id of the model that the call names comes last.
 */
export type Trail = readonly (string | undefined)[];

export type Frame =
  | readonly [
      op: typeof Op.Call,
      id: number,
      method: string,
      args: readonly unknown[],
      specials: readonly (Special | 0)[] | 0,
      requestId: string,
      deadline: number | undefined,
      priority: number,
      flags: number,
      ...trail: Trail,
    ]
  | readonly [op: typeof Op.Cancel, id: number, reason: ErrorData]
  | readonly [op: typeof Op.Slot, ticket: number, priority: number, createdAt: number]
  | readonly [op: typeof Op.Release]
  | readonly [op: typeof Op.Value, id: number, value: unknown, special: Special | 0]
  | readonly [op: typeof Op.Error, id: number, error: ErrorData]
  | readonly [op: typeof Op.Refused, id: number, gone: boolean, returned: Returned | 0]
  | readonly [op: typeof Op.Granted, ticket: number]
  | readonly [op: typeof Op.Goodbye]
  | readonly [op: typeof Op.Model, modelId: string, held: boolean]
  | readonly [op: typeof Op.Room, calls: number]
  | readonly [op: typeof Op.Waited, id: number, ms: number]
  | readonly [op: typeof Op.Pull, stream: number, credits: number]
  | readonly [op: typeof Op.Item, stream: number, item: unknown]
  | readonly [op: typeof Op.End, stream: number]
  | readonly [op: typeof Op.Fail, stream: number, error: ErrorData]
  | readonly [op: typeof Op.Stop, stream: number, reason: ErrorData];

/** Flags of a call frame. */
export const HTTP = 1;
export const RESERVED = 2;
/** The time that a Response takes is to be in its headers. */
export const TIMED = 8;
/** Buffers were moved, so a refusal must give the arguments back. */
export const MOVED = 4;
/** The last field names a model. */
export const NAMED = 16;

const NO_TRAIL: Trail = [];
/** No route is empty. */
const NO_ROUTE = "";

export function trailOf(origin: Origin | undefined, modelId: string | undefined): Trail {
  if (!origin) return modelId === undefined ? NO_TRAIL : [modelId];
  const { route, traceparent, tracestate } = origin;
  const fields = traceparent === undefined ? [route] : [route ?? NO_ROUTE, traceparent, tracestate];
  return modelId === undefined ? fields : [...fields, modelId];
}

/** What `trailOf` was given. */
export function readTrail(
  trail: Trail,
  flags: number,
): { readonly origin: Origin | undefined; readonly affinity: Affinity } {
  if ((flags & NAMED) === 0) return { origin: originOf(trail), affinity: NO_AFFINITY };
  return { origin: originOf(trail.slice(0, -1)), affinity: { modelId: trail.at(-1) } };
}

function originOf([route, traceparent, tracestate]: Trail): Origin | undefined {
  if (route === undefined) return undefined;
  return { route: route === NO_ROUTE ? undefined : route, traceparent, tracestate };
}
