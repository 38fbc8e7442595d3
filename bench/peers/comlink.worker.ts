import { type MessagePort, parentPort } from "node:worker_threads";
import * as Comlink from "comlink";

export class Calls {
  noop(): void {}
}

parentPort?.once("message", (port: MessagePort) => {
  Comlink.expose(new Calls(), port as unknown as Comlink.Endpoint);
});
