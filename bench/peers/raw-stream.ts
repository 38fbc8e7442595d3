import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";

/** Streams over bare MessagePorts, from one thread through another: a message a chunk, as fast as they come. */
export interface RawStream {
  chunks(count: number, size: number): AsyncIterable<string>;
  close(): Promise<unknown>;
}

export async function rawStream(): Promise<RawStream> {
  const [source, relay] = [start(), start()];
  const [own, between] = [new MessageChannel(), new MessageChannel()];
  source.postMessage({ downstream: between.port1 }, [between.port1]);
  relay.postMessage({ downstream: own.port1, upstream: between.port2 }, [own.port1, between.port2]);
  return {
    chunks: streamsOf(own.port2),
    close: () => {
      own.port2.close();
      return Promise.all([source.terminate(), relay.terminate()]);
    },
  };
}

const start = () => new Worker(new URL("./raw-stream.worker.ts", import.meta.url));

function streamsOf(port: MessagePort): RawStream["chunks"] {
  const open = new Map<number, { readonly chunks: (string | null)[]; wake: () => void }>();
  let last = 0;
  port.on("message", ([id, chunk]: [number, string | null]) => {
    const stream = open.get(id);
    stream?.chunks.push(chunk);
    stream?.wake();
  });
  return async function* (count, size) {
    last += 1;
    const id = last;
    const stream: { readonly chunks: (string | null)[]; wake: () => void } = {
      chunks: [],
      wake: () => {},
    };
    open.set(id, stream);
    port.postMessage([id, count, size]);
    for (;;) {
      for (const chunk of stream.chunks.splice(0)) {
        if (chunk === null) return void open.delete(id);
        yield chunk;
      }
      await new Promise<void>((resolve) => {
        stream.wake = resolve;
      });
    }
  };
}
