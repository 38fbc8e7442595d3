import { type MessagePort, parentPort } from "node:worker_threads";

parentPort?.once("message", (port: MessagePort) => {
  port.on("message", ([id, value]: [number, Float32Array | undefined]) => {
    port.postMessage([id, value?.length]);
  });
});
