import { assert } from "chai";
import { topic } from "./case.ts";
import { settle } from "./failure.ts";
import type { Running } from "./trial.ts";

/** The metrics of a `Server-Timing` header, in its order. */
function timesOf({ headers }: Response): readonly (readonly [name: string, ms: number])[] {
  const items = headers.get("server-timing")?.split(", ") ?? [];
  return items.map((item) => {
    const [, name = "", ms] = /^(\w+);dur=(\d+(?:\.\d{1,3})?)$/.exec(item) ?? [];
    return [name, Number(ms)] as const;
  });
}

const namesOf = (response: Response) => timesOf(response).map(([name]) => name);

async function timesBatch({ fetch, gate }: Pick<Running<"batches">, "fetch" | "gate">) {
  const first = fetch("/first");
  await gate.noted("in first");
  const second = fetch("/second");
  await settle();
  await gate.open("*");
  const times = Object.fromEntries(timesOf(await second)) as Record<string, number>;
  assert.hasAllKeys(times, ["batch", "compute", "queue", "total"]);
  assert.isAbove(times["batch"] as number, 0);
  assert.isAtLeast(times["compute"] as number, times["batch"] as number);
  await first;
}

export const serverTiming = topic("server timing", {
  "an answer says what its time went to": async (trial) => {
    const { fetch } = await trial.run("functionAnswer");
    const response = await fetch("/");
    const { compute, queue, total } = Object.fromEntries(timesOf(response)) as Record<
      string,
      number
    >;
    assert.deepEqual(namesOf(response), ["compute", "queue", "total"]);
    assert.isAtLeast(compute as number, 0);
    assert.equal(queue, 0);
    assert.isAtLeast(total as number, 0);
  },

  "it says how long a request waited for its batch": async (trial) => {
    await timesBatch(await trial.run("batches"));
  },

  "also where another deployment has it": async (trial) => {
    await timesBatch(await trial.run("batchesBehind"));
  },

  "what the application says itself is kept": async (trial) => {
    const { fetch } = await trial.run("answers");
    const response = await fetch("/timed");
    assert.match(
      response.headers.get("server-timing") ?? "",
      /^db;dur=53;desc="one, two", compute;/,
    );
  },

  "a streamed answer has it too": async (trial) => {
    const { fetch } = await trial.run("answers");
    const response = await fetch("/generator");
    assert.deepEqual(namesOf(response), ["compute", "queue", "total"]);
    assert.equal(await response.text(), 'text bytes\n{"json":true}\n');
  },

  "a request that failed says how long that took": async (trial) => {
    const { fetch } = await trial.run("faulty");
    const response = await fetch("/");
    assert.equal(response.status, 500);
    assert.deepEqual(namesOf(response), ["queue", "total"]);
  },
});
