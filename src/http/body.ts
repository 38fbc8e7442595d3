import { ServeError } from "../errors.ts";
import { readStream } from "../replica/iteration.ts";
import type { RequestBody } from "./message.ts";

/** Bodies up to this size are read before the call and moved in one piece: cheaper than a stream. */
const WHOLE_BYTES = 4 * 1024 * 1024;

export function hasBody({ method }: Request): boolean {
  return method !== "GET" && method !== "HEAD";
}

/**
 * Takes a request's body: in one piece when it says that it is small, else as a stream.
 *
 * @param tooLarge told when a streamed body turns out to exceed the limit; reading it then fails too
 * @throws ServeError `PAYLOAD_TOO_LARGE`
 */
export async function readBody(
  request: Request,
  limitBytes: number,
  tooLarge: (error: ServeError) => void,
): Promise<RequestBody> {
  const length = request.headers.get("content-length");
  const bytes = length === null ? Number.NaN : Number(length);
  if (bytes > limitBytes) throw payloadTooLarge(limitBytes);
  if (bytes === 0) return null;
  if (bytes <= WHOLE_BYTES) return await request.arrayBuffer();
  if (!request.body) return null;
  return limited(readStream(request.body), limitBytes, tooLarge);
}

function limited(
  chunks: AsyncIterator<Uint8Array>,
  limitBytes: number,
  tooLarge: (error: ServeError) => void,
): AsyncIterator<Uint8Array> {
  let total = 0;
  return {
    next: async () => {
      const step = await chunks.next();
      if (step.done) return step;
      total += step.value.byteLength;
      if (total <= limitBytes) return step;
      const error = payloadTooLarge(limitBytes);
      await chunks.return?.(error);
      tooLarge(error);
      throw error;
    },
    return: async (reason) => (await chunks.return?.(reason)) ?? { done: true, value: undefined },
  };
}

function payloadTooLarge(limitBytes: number): ServeError {
  return new ServeError("PAYLOAD_TOO_LARGE", `the request body exceeds ${limitBytes} bytes`);
}
