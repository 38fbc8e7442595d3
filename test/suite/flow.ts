import { assert } from "chai";
import type { Spring } from "../fixtures/flow.ts";
import { topic } from "./case.ts";
import { standstill } from "./failure.ts";

/** Items that may be under way on each hop; the exact number is the channel's own. */
const WINDOW = 64;
const CHUNK = 64 * 1024;

export const flow = topic("flow", {
  "a reader that stops stops a producer two hops away": async (trial) => {
    const { name, handle } = await trial.run("flow");
    const spring = trial.serve.handle<Spring>(`${name}/Spring`);
    const chunks = handle.chunks(16)[Symbol.asyncIterator]();
    await chunks.next();
    assert.isAtMost(await standstill(() => spring.made()), 2 * WINDOW);
    for (let read = 1; read < 200; read += 1) await chunks.next();
    const made = await standstill(() => spring.made());
    assert.isAtLeast(made, 200);
    assert.isAtMost(made, 200 + 2 * WINDOW);
    await chunks.return?.();
  },

  "an answer that nobody reads stops its producer": async (trial) => {
    const { name, fetch } = await trial.run("flow");
    const spring = trial.serve.handle<Spring>(`${name}/Spring`);
    const response = await fetch("/");
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    const made = await standstill(() => spring.made());
    for (let bytes = 0; bytes < made * CHUNK; ) {
      bytes += (await reader.read()).value?.byteLength ?? 0;
    }
    assert.isAbove(await standstill(() => spring.made()), made);
    await reader.cancel();
  },

  "a body that is sent waits for a replica that does not read it": async (trial) => {
    const { fetch, gate } = await trial.run("flow");
    const chunks = Math.ceil(trial.bodyLimitBytes / 1024);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (sent === chunks) return controller.close();
          sent += 1;
          controller.enqueue(new Uint8Array(1024));
        },
      },
      { highWaterMark: 0 },
    );
    const answered = fetch("/", { method: "POST", body, duplex: "half" } as RequestInit);
    await gate.noted("in upload");
    assert.isAtMost(await standstill(async () => sent), 2 * WINDOW);
    await gate.open("upload");
    assert.deepEqual(await (await answered).json(), { length: chunks * 1024 });
  },
});
