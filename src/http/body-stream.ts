import { Incoming } from "../replica/incoming.ts";
import { madeOf, type Source, streamOf } from "../replica/iteration.ts";

/** Chunks are joined up to this size: over it a copy costs more than it spares. */
const JOINED_BYTES = 16 * 1024;

/**
 * The stream of a body. What has arrived by the time it is read comes as one chunk: a server needs a system call for each,
 * which costs more than all the rest of it.
 */
export function bodyStream(source: Source): ReadableStream {
  if (!(source instanceof Incoming)) return streamOf(source);
  const stream = new ReadableStream(
    {
      pull: async (controller) => {
        const { items, done } = await source.nextBatch();
        for (const chunk of joined(items)) controller.enqueue(chunk);
        if (done) controller.close();
      },
      cancel: async (reason) => {
        await source.return(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return madeOf(source, stream);
}

function joined(chunks: readonly unknown[]): readonly unknown[] {
  if (chunks.length < 2) return chunks;
  let length = 0;
  for (const chunk of chunks) {
    // What is no bytes is for the reader to refuse.
    if (!(chunk instanceof Uint8Array)) return chunks;
    length += chunk.byteLength;
  }
  if (length > JOINED_BYTES) return chunks;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks as readonly Uint8Array[]) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return [bytes];
}
