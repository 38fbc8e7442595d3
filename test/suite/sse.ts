import { assert } from "chai";
import { topic } from "./case.ts";
import { failure, settle, standstill } from "./failure.ts";

/** Reads a body as it comes. */
function textOf({ body }: Response) {
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  return {
    /** Resolves once this has come. */
    has: async (part: string) => {
      while (!text.includes(part)) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`it ended without ${part}: ${text}`);
        text += decoder.decode(value, { stream: true });
      }
    },
    skip: async (bytes: number) => {
      for (let left = bytes; left > 0; ) left -= (await reader.read()).value?.length ?? left;
    },
    rest: async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return text;
        text += decoder.decode(value, { stream: true });
      }
    },
    leave: () => reader.cancel(),
  };
}

const withoutComments = (text: string) => text.replaceAll(": \n\n", "");

const FIELDS = [
  ": hello\nretry: 1500\n\n",
  "data: plain\n\n",
  "event: greeting\nid: 7\ndata: two\ndata: lines\ndata: and three\n\n",
  'data: {"json":[1,null]}\n\n',
  "data: \n\n",
];

export const serverSentEvents = topic("server-sent events", {
  "have the fields of the standard": async (trial) => {
    const { fetch } = await trial.run("feed");
    const response = await fetch("/fields");
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    assert.equal(response.headers.get("cache-control"), "no-cache");
    assert.equal(response.headers.get("x-own"), "yes");
    assert.equal(await response.text(), FIELDS.join(""));
  },

  "arrive before the next one exists": async (trial) => {
    const { fetch, gate } = await trial.run("feed");
    const text = textOf(await fetch("/steps"));
    await text.has("data: one\n\n");
    await gate.open("second");
    assert.equal(await text.rest(), "data: one\n\ndata: two\n\n");
  },

  "are what a handle streams": async (trial) => {
    const { fetch } = await trial.run("feed");
    const text = await (await fetch("/counts")).text();
    assert.equal(text, "id: 0\ndata: 0\n\nid: 1\ndata: 1\n\nid: 2\ndata: 2\n\n");
  },

  "have comments between them where there is a heartbeat": async (trial) => {
    const { fetch, gate } = await trial.run("feed");
    const text = textOf(await fetch("/beats"));
    await text.has("data: one\n\n: \n\n: \n\n");
    await gate.open("second");
    assert.match(await text.rest(), /^data: one\n\n(?:: \n\n)+data: two\n\n$/);
  },

  "are made in the context of the call": async (trial) => {
    const { fetch } = await trial.run("feed");
    const response = await fetch("/context", { headers: { "x-request-id": "given" } });
    assert.equal(await response.text(), "data: given\n\ndata: given\n\n");
  },

  "are made as they are read": async (trial) => {
    const { fetch, handle } = await trial.run("feed");
    const text = textOf(await fetch("/fast"));
    await text.has("id: 3\n");
    const made = await standstill(() => handle.made());
    // What was made so far and one more, of 64 KiB each.
    await text.skip((made + 1) * 64 * 1024);
    assert.isAbove(await handle.made(), made);
    await text.leave();
  },

  "end, and their generator with them, when the client leaves": async (trial) => {
    const { fetch, gate } = await trial.run("feedOne");
    const text = textOf(await fetch("/finite"));
    await text.has("data: here");
    await gate.noted("in end");
    await text.leave();
    await gate.noted("left");
    assert.equal((await fetch("/fields")).status, 200);
  },

  "without an end do so when the replica leaves": async (trial) => {
    const { fetch, gate, name, prefix } = await trial.run("feedFirst");
    const text = textOf(await fetch("/endless"));
    await text.has("data: here");
    const updated = trial.run("feedSecond", { name, routePrefix: prefix });
    assert.equal(withoutComments(await text.rest()), "data: here\n\n");
    await gate.noted("left");
    await updated;
  },

  "with an end are waited for when the replica leaves": async (trial) => {
    const { fetch, gate, name, prefix } = await trial.run("feedFirst");
    const text = textOf(await fetch("/finite"));
    await text.has("data: here");
    await gate.noted("in end");
    const updated = trial.run("feedSecond", { name, routePrefix: prefix });
    await settle();
    await gate.open("end");
    assert.equal(withoutComments(await text.rest()), "data: here\n\ndata: the end\n\n");
    await gate.noted("left");
    await updated;
  },

  "break off where the generator fails": async (trial) => {
    const { fetch, gate } = await trial.run("feed");
    const text = textOf(await fetch("/fails"));
    await text.has("data: one\n\n");
    await gate.open("second");
    await failure(text.rest());
  },
});
