import { type DeploymentKey, type Handle, handleKey } from "../handle.ts";
import {
  type HeaderList,
  headersOf,
  makeRequestOf,
  makeResponseOf,
  type RequestBody,
  type RequestData,
  type ResponseData,
  takeRequest,
  takeResponse,
} from "../http/message.ts";
import { offerOf, offerSocket, type SocketOffer } from "../websocket/offer.ts";
import { carrySocket, socketOf } from "../websocket/socket-response.ts";
import {
  isIteration,
  iterable,
  iteratorOf,
  readStream,
  type Source,
  streamOf,
} from "./iteration.ts";

export const Kind = {
  Request: 1,
  Response: 2,
  Stream: 3,
  Iteration: 4,
  Handle: 5,
  /** A request for a WebSocket; its source is what the client sends. */
  Upgrade: 6,
  /** The answer to one; its source is what the client is sent. */
  Socket: 7,
} as const;

/** A value that structured clone can't carry, in parts that can cross: cloneable data and a source that streams. */
export class Parcel {
  readonly kind: number;
  readonly data: unknown;
  readonly source: Source | undefined;
  /** Buffers in `data` that move instead of being copied. */
  readonly moved: Transferable[] | undefined;

  constructor(kind: number, data: unknown, source?: Source | null, moved?: Transferable[]) {
    this.kind = kind;
    this.data = data;
    this.source = source ?? undefined;
    this.moved = moved;
  }
}

/** What is needed to make handles anew where a value arrives. */
export type HandleFor = (key: DeploymentKey) => Handle<unknown>;

/** Packs what structured clone can't carry; undefined for a value that crosses as it is. */
export function pack(value: unknown): Parcel | undefined {
  if ((typeof value !== "object" && typeof value !== "function") || value === null)
    return undefined;
  const key = handleKey(value);
  if (key !== undefined) return new Parcel(Kind.Handle, key);
  if (typeof value === "function") return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  // The common cases; a plain object may still be an async iterable by a method of its own.
  if (ArrayBuffer.isView(value) || Array.isArray(value)) return undefined;
  if (prototype === Object.prototype && !(Symbol.asyncIterator in value)) return undefined;
  if (value instanceof Request) {
    const offer = offerOf(value);
    if (offer) return packUpgrade(value.url, headersOf(value.headers), offer);
    const [data, source] = takeRequest(value);
    return new Parcel(Kind.Request, data, source);
  }
  if (value instanceof Response) {
    const socket = socketOf(value);
    if (socket) return new Parcel(Kind.Socket, headersOf(value.headers), socket);
    const [data, source] = takeResponse(value);
    return new Parcel(Kind.Response, data, source);
  }
  if (value instanceof ReadableStream) return new Parcel(Kind.Stream, 0, readStream(value));
  if (isIteration(value)) return new Parcel(Kind.Iteration, 0, iteratorOf(value));
  return undefined;
}

/** Packs a request that is known by its parts. A body in one piece moves. */
export function packRequest(
  method: string,
  url: string,
  headers: HeaderList,
  body: RequestBody,
): Parcel {
  if (body instanceof ArrayBuffer) {
    return new Parcel(Kind.Request, [method, url, headers, body], null, [body]);
  }
  return new Parcel(Kind.Request, [method, url, headers, undefined], body);
}

/** Packs a request for a WebSocket. */
export function packUpgrade(url: string, headers: HeaderList, offer: SocketOffer): Parcel {
  return new Parcel(Kind.Upgrade, [url, headers], offer);
}

/** @param whole all chunks of the source, when they are here already */
export function unpack(
  { kind, data, source }: Parcel,
  handleFor: HandleFor,
  whole?: readonly unknown[],
): unknown {
  switch (kind) {
    case Kind.Request:
      return makeRequestOf(data as RequestData, source);
    case Kind.Response:
      return makeResponseOf(data as ResponseData, source, whole);
    case Kind.Upgrade:
      return upgradeOf(data as UpgradeData, source as Source);
    case Kind.Socket:
      return socketResponse(data as HeaderList, source as Source);
    case Kind.Handle:
      return handleFor(data as DeploymentKey);
    case Kind.Stream:
      return source && streamOf(source);
    default:
      return source && iterable(source);
  }
}

type UpgradeData = readonly [url: string, headers: HeaderList];

function upgradeOf([url, headers]: UpgradeData, messages: Source): Request {
  const request = makeRequestOf(["GET", url, headers, undefined], undefined);
  offerSocket(request, messages);
  return request;
}

function socketResponse(headers: HeaderList, messages: Source): Response {
  return carrySocket(makeResponseOf([200, "", headers, undefined], undefined, undefined), messages);
}
