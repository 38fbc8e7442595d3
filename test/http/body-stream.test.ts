import { expect, it } from "vitest";
import { bodyStream } from "../../src/http/body-stream.ts";
import { Incoming, WINDOW } from "../../src/replica/incoming.ts";

/** A body's stream, and where its chunks come in. */
function body() {
  const stopped: unknown[] = [];
  let asked = 0;
  const upstream = {
    pull: (credit: number) => {
      asked += credit;
    },
    stop: (reason: unknown) => void stopped.push(reason),
  };
  const incoming = new Incoming(upstream, () => {});
  const reader = bodyStream(incoming).getReader();
  return { incoming, reader, stopped, asked: () => asked };
}

const bytes = (...values: number[]) => new Uint8Array(values);
const turn = () => new Promise((resolve) => setTimeout(resolve));

it("gives what has arrived as one chunk", async () => {
  const { incoming, reader } = body();
  for (const chunk of [bytes(1), bytes(), bytes(2, 3)]) incoming.push(chunk);
  expect(await reader.read()).toEqual({ done: false, value: bytes(1, 2, 3) });
  const next = reader.read();
  incoming.push(bytes(4));
  expect(await next).toEqual({ done: false, value: bytes(4) });
  incoming.push(bytes(5));
  incoming.end();
  expect(await reader.read()).toEqual({ done: false, value: bytes(5) });
  expect(await reader.read()).toEqual({ done: true, value: undefined });
});

it("copies no large chunks", async () => {
  const { incoming, reader } = body();
  const large = [new Uint8Array(16_000), new Uint8Array(16_000)];
  for (const chunk of large) incoming.push(chunk);
  expect((await reader.read()).value).toBe(large[0]);
  expect((await reader.read()).value).toBe(large[1]);
});

it("asks for nothing more until it is read", async () => {
  const { incoming, asked } = body();
  for (let chunk = 0; chunk < WINDOW; chunk += 1) incoming.push(bytes(chunk));
  await turn();
  expect(asked()).toBe(0);
});

it("fails after what came before, and leaves its source when it is cancelled", async () => {
  const failing = body();
  failing.incoming.push(bytes(1));
  failing.incoming.fail(new Error("broken"));
  expect(await failing.reader.read()).toEqual({ done: false, value: bytes(1) });
  await expect(failing.reader.read()).rejects.toThrow("broken");
  const { reader, stopped } = body();
  await reader.cancel("enough");
  expect(stopped).toEqual(["enough"]);
});
