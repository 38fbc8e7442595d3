import { type DeploymentKey, type Handle, handleKey } from "../handle.ts";
import {
  isIteration,
  iterable,
  iteratorOf,
  readStream,
  type Source,
  streamOf,
} from "./iteration.ts";

export const Kind = { Request: 1, Response: 2, Stream: 3, Iteration: 4, Handle: 5 } as const;

/** Headers as pairs: duplicates (set-cookie) stay apart. */
export type HeaderList = readonly (readonly [string, string])[];

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

/** A body that was read already, or an iterator over its chunks. */
export type RequestBody = ArrayBuffer | Source | null;

type RequestData = readonly [method: string, url: string, headers: HeaderList, bytes?: ArrayBuffer];
type ResponseData = readonly [status: number, statusText: string, headers: HeaderList];

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
    const { method, url, headers, body } = value;
    return packRequest(method, url, [...headers], body && readBody(value, body));
  }
  if (value instanceof Response) {
    const { status, statusText, headers, body } = value;
    return new Parcel(
      Kind.Response,
      [status, statusText, [...headers]],
      body && readBody(value, body),
    );
  }
  if (value instanceof ReadableStream) return new Parcel(Kind.Stream, 0, readStream(value));
  if (isIteration(value)) return new Parcel(Kind.Iteration, 0, iteratorOf(value));
  return undefined;
}

function readBody(message: Request | Response, body: ReadableStream): Source {
  if (message.bodyUsed || body.locked) throw new TypeError("its body was read already");
  return readStream(body);
}

export function packRequest(
  method: string,
  url: string,
  headers: HeaderList,
  body: RequestBody,
): Parcel {
  if (body instanceof ArrayBuffer) {
    return new Parcel(Kind.Request, [method, url, headers, body], null, [body]);
  }
  return new Parcel(Kind.Request, [method, url, headers], body);
}

/** @param whole all chunks of the source, when they are here already */
export function unpack(
  { kind, data, source }: Parcel,
  handleFor: HandleFor,
  whole?: readonly unknown[],
): unknown {
  switch (kind) {
    case Kind.Request:
      return unpackRequest(data as RequestData, source);
    case Kind.Response: {
      const [status, statusText, headers] = data as ResponseData;
      const init = { status, statusText, headers: headersInit(headers) };
      return new Response(whole ? joined(whole) : source ? streamOf(source) : null, init);
    }
    case Kind.Handle:
      return handleFor(data as DeploymentKey);
    case Kind.Stream:
      return source && streamOf(source);
    default:
      return source && iterable(source);
  }
}

function unpackRequest(
  [method, url, headers, bytes]: RequestData,
  source: Source | undefined,
): Request {
  const init: RequestInit & { duplex?: "half" } = { method, headers: headersInit(headers) };
  if (bytes) init.body = bytes;
  else if (source) {
    init.body = streamOf(source);
    init.duplex = "half";
  }
  return new Request(url, init);
}

/** A plain object where no name comes twice: servers write that out without building `Headers` first. */
function headersInit(headers: HeaderList): HeadersInit {
  const record: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (record[name] !== undefined) return headers as [string, string][];
    record[name] = value;
  }
  return record;
}

/** A body that arrived whole becomes bytes: a stream over them would cost more than the call. */
function joined(chunks: readonly unknown[]): BodyInit {
  return chunks.length === 1 ? (chunks[0] as BodyInit) : new Blob(chunks as BlobPart[]);
}
