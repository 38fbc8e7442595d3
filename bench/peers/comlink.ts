import { Worker } from "node:worker_threads";
import * as Comlink from "comlink";
import type { Calls } from "./comlink.worker.ts";

export function comlinkWorker() {
  const worker = new Worker(new URL("./comlink.worker.ts", import.meta.url));
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(port2, [port2]);
  const remote = Comlink.wrap<Calls>(port1);
  return {
    call: () => remote.noop(),
    close: () => {
      port1.close();
      return worker.terminate();
    },
  };
}
