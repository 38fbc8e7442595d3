import { readUntouched, type Source } from "../replica/iteration.ts";
import { bodyStream } from "./body-stream.ts";

/**
 * Headers as they cross: name, value, name, value …, with the names in lower case. Names may come twice
 * (set-cookie); one flat list clones three times as fast as a list of pairs.
 */
export type HeaderList = readonly string[];

/** A request's body: read already, or streaming. */
export type RequestBody = ArrayBuffer | Source | null;

/** A request without its streamed body, as it crosses. */
export type RequestData = readonly [
  method: string,
  url: string,
  headers: HeaderList,
  bytes: ArrayBuffer | undefined,
];

/** A response without its streamed body, as it crosses. */
export type ResponseData = readonly [
  status: number,
  statusText: string,
  headers: HeaderList,
  body: string | Uint8Array | undefined,
];

/**
 * A platform whose own classes are slow may replace the globals `Request` and `Response` by lighter ones, which
 * know these methods besides: a static one that makes a request, and one that tells what a response was made of.
 */
export const makeRequest = Symbol("isoserve.makeRequest");
export const responseParts = Symbol("isoserve.responseParts");

export interface LightRequestClass {
  [makeRequest]?(
    method: string,
    url: string,
    headers: HeaderList,
    body: ArrayBuffer | ReadableStream | undefined,
  ): Request;
}

export interface LightResponseInstance {
  /** Undefined once anything but its making is known of it: a body that was read, headers that were changed. */
  [responseParts]?(): ResponseData | undefined;
  /** Adds a header in lower case; false when that takes more than remembering it. */
  addHeader?(name: string, value: string): boolean;
}

export function headersOf(headers: Headers): HeaderList {
  return [...headers].flat();
}

/** What a Request consists of. @throws TypeError when its body was read already */
export function takeRequest(request: Request): readonly [data: RequestData, source: Source | null] {
  const { method, url, headers } = request;
  return [[method, url, headersOf(headers), undefined], bodyOf(request)];
}

/** What a Response consists of. @throws TypeError when its body was read already */
export function takeResponse(
  response: Response & LightResponseInstance,
): readonly [data: ResponseData, source: Source | null] {
  const parts = response[responseParts]?.();
  if (parts) return [parts, null];
  const { status, statusText, headers } = response;
  return [[status, statusText, headersOf(headers), undefined], bodyOf(response)];
}

export function makeRequestOf(
  [method, url, headers, bytes]: RequestData,
  source: Source | undefined,
): Request {
  const body = bytes ?? (source && bodyStream(source));
  const light = (Request as LightRequestClass)[makeRequest]?.(method, url, headers, body);
  if (light) return light;
  const init: RequestInit & { duplex?: "half" } = { method, headers: headersInit(headers) };
  if (body) init.body = body;
  if (source) init.duplex = "half";
  return new Request(url, init);
}

/** @param whole all chunks of the source, when they are here already */
export function makeResponseOf(
  [status, statusText, headers, body]: ResponseData,
  source: Source | undefined,
  whole: readonly unknown[] | undefined,
): Response {
  const init = { status, statusText, headers: headersInit(headers) };
  const streamed = whole ? joined(whole) : source ? bodyStream(source) : null;
  return new Response((body as BodyInit | undefined) ?? streamed, init);
}

export function headerPairs(headers: HeaderList): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at < headers.length; at += 2) {
    pairs.push([headers[at] as string, headers[at + 1] as string]);
  }
  return pairs;
}

export function headerOf(headers: HeaderList, name: string): string | undefined {
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at] === name) return headers[at + 1];
  }
  return undefined;
}

/** A plain object where no name comes twice: servers write that out without building `Headers` first. */
function headersInit(headers: HeaderList): HeadersInit {
  const record: Record<string, string> = {};
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string;
    if (record[name] !== undefined) return headerPairs(headers);
    record[name] = headers[at + 1] as string;
  }
  return record;
}

function bodyOf(message: Request | Response): Source | null {
  const { body } = message;
  if (!body) return null;
  if (message.bodyUsed || body.locked) throw new TypeError("its body was read already");
  return readUntouched(body);
}

/** A body that arrived whole becomes bytes: a stream over them would cost more than the call. */
function joined(chunks: readonly unknown[]): BodyInit {
  return chunks.length === 1 ? (chunks[0] as BodyInit) : new Blob(chunks as BlobPart[]);
}
