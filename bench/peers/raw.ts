import { MessageChannel, Worker } from "node:worker_threads";

/** A call over a bare MessagePort: an id map and one message each way, nothing else. */
export interface RawPort {
  call(value?: Float32Array): Promise<unknown>;
  close(): Promise<unknown>;
}

export async function rawPort(): Promise<RawPort> {
  const worker = new Worker(new URL("./raw.worker.ts", import.meta.url));
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(port2, [port2]);
  const pending = new Map<number, (value: unknown) => void>();
  let lastId = 0;
  port1.on("message", ([id, value]: [number, unknown]) => {
    pending.get(id)?.(value);
    pending.delete(id);
  });
  return {
    call: (value) =>
      new Promise((resolve) => {
        lastId += 1;
        pending.set(lastId, resolve);
        port1.postMessage([lastId, value], value ? [value.buffer as ArrayBuffer] : []);
      }),
    close: () => {
      port1.close();
      return worker.terminate();
    },
  };
}
