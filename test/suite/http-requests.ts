import { assert } from "chai";
import { topic } from "./case.ts";
import { request } from "./trial.ts";

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: readonly number[];
}

const seen = async (response: Response) => (await response.json()) as Seen;

/** A body that comes in chunks of this size and says nothing of its length. */
function streamed(bytes: number, chunk: number): RequestInit {
  let left = bytes;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left <= 0) return controller.close();
      controller.enqueue(new Uint8Array(Math.min(chunk, left)).fill(7));
      left -= chunk;
    },
  });
  return { method: "POST", body, duplex: "half" } as RequestInit;
}

export const httpRequests = topic("http requests", {
  "method, query and headers arrive": async (trial) => {
    const { fetch } = await trial.run("mirror");
    const init = { method: "DELETE", headers: { "x-one": "1" } };
    const { method, url, headers } = await seen(await fetch("/a/b?c=d&e=%2F", init));
    assert.equal(method, "DELETE");
    assert.equal(url, "http://suite.test/a/b?c=d&e=%2F");
    assert.equal(headers["x-one"], "1");
  },

  "a binary body arrives as it is": async (trial) => {
    const { fetch } = await trial.run("mirror");
    const body = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const { bytes } = await seen(await fetch("/", { method: "POST", body }));
    assert.deepEqual(bytes, [...body]);
  },

  "a streamed body arrives whole": async (trial) => {
    const { fetch } = await trial.run("mirror");
    const { bytes } = await seen(await fetch("/", streamed(5000, 100)));
    assert.lengthOf(bytes, 5000);
    assert.isTrue(bytes.every((byte) => byte === 7));
  },

  "a body is seen before it is complete": async (trial) => {
    const { fetch } = await trial.run("mirror");
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const init = { method: "POST", body: readable, duplex: "half" } as RequestInit;
    const answered = fetch("/duplex", init);
    const first = writer.write(Uint8Array.from([1]));
    const reader = ((await answered).body as ReadableStream<Uint8Array>).getReader();
    assert.deepEqual([...((await reader.read()).value ?? [])], [1]);
    await first;
    void writer.write(Uint8Array.from([2]));
    assert.deepEqual([...((await reader.read()).value ?? [])], [2]);
    void writer.close();
    assert.isTrue((await reader.read()).done);
  },

  "a body that says it is too large is refused": async (trial) => {
    const { fetch } = await trial.run("mirror");
    const body = new Uint8Array(trial.bodyLimitBytes + 1);
    const headers = { "content-length": String(body.length) };
    const response = await fetch("/", { method: "POST", body, headers });
    assert.equal(response.status, 413);
    assert.include(await response.text(), "PAYLOAD_TOO_LARGE");
  },

  "a body that turns out too large is refused": async (trial) => {
    const { fetch } = await trial.run("mirror");
    const response = await fetch("/", streamed(trial.bodyLimitBytes + 1, 64 * 1024));
    assert.equal(response.status, 413);
    assert.include(await response.text(), "PAYLOAD_TOO_LARGE");
    assert.equal((await fetch("/", streamed(1000, 100))).status, 200);
  },

  "a body at the limit is taken": async (trial) => {
    const { fetch } = await trial.run("router");
    const response = await fetch("/length", streamed(trial.bodyLimitBytes, 64 * 1024));
    assert.equal(await response.text(), String(trial.bodyLimitBytes));
  },

  "a HEAD request reaches the application": async (trial) => {
    const { fetch } = await trial.run("functionAnswer");
    const response = await fetch("/", { method: "HEAD" });
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /^text\/plain/);
  },

  "what answers a HEAD request does not wait to be read": async (trial) => {
    const { fetch, gate, handle } = await trial.run("gatedOne");
    const response = await fetch("/", { method: "HEAD" });
    assert.equal(await response.text(), "");
    await gate.open("*");
    await handle.work("next");
  },

  "what no application serves is 404": async (trial) => {
    const response = await trial.serve.fetch(request("/nobody/is/here"));
    assert.equal(response.status, 404);
    assert.isNotEmpty(response.headers.get("x-request-id"));
  },

  "a request id is taken and returned": async (trial) => {
    const { fetch } = await trial.run("whoAmI");
    const response = await fetch("/", { headers: { "x-request-id": "given" } });
    assert.equal(response.headers.get("x-request-id"), "given");
    const { requestId, header } = (await response.json()) as Record<string, string>;
    assert.deepEqual([requestId, header], ["given", "given"]);
  },

  "a request id is made where there is none": async (trial) => {
    const { fetch } = await trial.run("whoAmI");
    const responses = [await fetch("/"), await fetch("/")];
    const ids = responses.map(({ headers }) => headers.get("x-request-id"));
    assert.notEqual(ids[0], ids[1]);
    for (const [index, response] of responses.entries()) {
      const { requestId } = (await response.json()) as Record<string, string>;
      assert.equal(requestId, ids[index] ?? undefined);
    }
  },

  "a failed request has an id too": async (trial) => {
    const { fetch } = await trial.run("faulty");
    const { headers } = await fetch("/", { headers: { "x-request-id": "given" } });
    assert.equal(headers.get("x-request-id"), "given");
  },

  "a client that leaves cancels its call": async (trial) => {
    const { fetch, gate, handle } = await trial.run("gatedOne");
    const runs = handle.work("runs");
    await gate.noted("in runs");
    const leave = new AbortController();
    const waits = fetch("/", { signal: leave.signal });
    leave.abort();
    assert.equal((await waits).status, 499);
    await gate.open("*");
    await runs;
  },

  "requests and responses go through handles": async (trial) => {
    const { fetch } = await trial.run("front");
    const response = await fetch("/x?y", { method: "POST", body: "body" });
    assert.equal(response.status, 202);
    assert.equal(response.headers.get("x-front"), "yes");
    const { url, bytes } = await seen(response);
    assert.equal(url, "http://suite.test/x?y");
    assert.deepEqual(bytes, [...new TextEncoder().encode("body")]);
  },

  "a Response is an argument and a result": async (trial) => {
    const { handle } = await trial.run("stamp");
    const stamped = await handle.stamp(new Response("text", { status: 418 }));
    assert.equal(stamped.status, 418);
    assert.equal(stamped.headers.get("x-stamp"), "418");
    assert.equal(await stamped.text(), "text");
  },
});
