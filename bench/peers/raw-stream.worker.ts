import { type MessagePort, parentPort } from "node:worker_threads";

parentPort?.once(
  "message",
  ({ downstream, upstream }: { downstream: MessagePort; upstream?: MessagePort }) => {
    if (upstream) {
      downstream.on("message", (asked) => upstream.postMessage(asked));
      upstream.on("message", (chunk) => downstream.postMessage(chunk));
      return;
    }
    downstream.on("message", ([id, count, size]: [number, number, number]) => {
      const chunk = "x".repeat(size);
      for (let sent = 0; sent < count; sent += 1) downstream.postMessage([id, chunk]);
      downstream.postMessage([id, null]);
    });
  },
);
