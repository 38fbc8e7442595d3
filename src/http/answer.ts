import { isIteration, iteratorOf, type Source, streamOf } from "../replica/iteration.ts";
import type { LightResponseInstance } from "./message.ts";

const encoder = new TextEncoder();

/**
 * Maps what a `fetch` method returned to a Response: a Response as it is; a string as text; bytes as
 * octet-stream; a stream or async iterable streamed; undefined as 204; anything else as JSON.
 *
 * @throws TypeError when the value is none of these and not JSON
 */
export function toResponse(value: unknown): Response {
  if (value instanceof Response) return value;
  if (value === undefined) return new Response(null, { status: 204 });
  if (typeof value === "string") return new Response(value);
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return bytes(value as BodyInit);
  if (value instanceof ReadableStream) return bytes(value);
  if (isIteration(value)) return text(streamOf(encodeItems(iteratorOf(value))));
  if (value instanceof Blob) return new Response(value);
  return Response.json(value);
}

function bytes(body: BodyInit): Response {
  return new Response(body, { headers: { "content-type": "application/octet-stream" } });
}

function text(body: BodyInit): Response {
  return new Response(body, { headers: { "content-type": "text/plain;charset=UTF-8" } });
}

/** Strings as UTF-8, bytes as they are, anything else as one line of JSON. */
function encodeItems(items: Source): AsyncIterator<Uint8Array> {
  return {
    next: async () => {
      const { done, value } = await items.next();
      return done ? { done, value: undefined } : { done: false, value: encodeItem(value) };
    },
    return: async (reason) => {
      await items.return?.(reason);
      return { done: true, value: undefined };
    },
  };
}

function encodeItem(item: unknown): Uint8Array {
  if (typeof item === "string") return encoder.encode(item);
  if (item instanceof Uint8Array) return item;
  if (item instanceof ArrayBuffer) return new Uint8Array(item);
  if (ArrayBuffer.isView(item)) {
    return new Uint8Array(item.buffer as ArrayBuffer, item.byteOffset, item.byteLength);
  }
  return encoder.encode(`${JSON.stringify(item)}\n`);
}

/** What answers a HEAD request. The body is cancelled: no server would read it, and its slot is held until then. */
export function withoutBody(response: Response): Response {
  if (!response.body) return response;
  // What a source throws while it is being left has nobody to go to.
  response.body.cancel().catch(() => {});
  return new Response(null, response);
}

/** The response with a header set; a copy where its own headers can't be changed. */
export function withHeader(response: Response, name: string, value: string): Response {
  if ((response as LightResponseInstance).addHeader?.(name, value)) return response;
  try {
    response.headers.set(name, value);
    return response;
  } catch {
    // A Response that came from `fetch` has immutable headers.
    const copy = new Response(response.body, response);
    copy.headers.set(name, value);
    return copy;
  }
}

/** The response with one more item in a header that is a list. */
export function withAppended(response: Response, name: string, value: string): Response {
  if ((response as LightResponseInstance).addHeader?.(name, value)) return response;
  const given = response.headers.get(name);
  return withHeader(response, name, given === null ? value : `${given}, ${value}`);
}
